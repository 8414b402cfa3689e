import { describe, expect, it } from 'vitest';
import openapi from '../../docs/reference/openapi.json';
import { deedText, WORDED } from '../src/admin/deed-wording';

const paths: Record<string, object> = openapi.paths;
/** As the audit names them: method and path below the api's own. Whatever a regulator reads is on
 * record, and whatever anybody was refused: so the reads are among them. */
const calls = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
);

describe('what the audit says was done', () => {
  it.each(calls)('%s has words in both languages', (call) => {
    expect(deedText('zh-CN', call)).toMatch(/\p{Script=Han}/u);
    expect(deedText('en', call)).not.toMatch(/\p{Script=Han}/u);
    expect(deedText('en', call)).not.toBe(call);
  });

  it('no two calls have the same words, and no words are of a call that is no more', () => {
    for (const language of ['zh-CN', 'en'] as const)
      expect(new Set(WORDED.map((each) => deedText(language, each))).size).toBe(WORDED.length);
    const routes = WORDED.filter((each) => each.includes(' /'));
    expect(routes.filter((each) => !calls.includes(each))).toEqual([]);
    expect(routes.length).toBe(calls.length);
  });

  it('a call that nobody has words for stands as it came', () => {
    expect(deedText('zh-CN', 'POST /kettles/{kettle}/boil')).toBe('POST /kettles/{kettle}/boil');
    expect(deedText('en', 'toString')).toBe('toString');
  });
});
