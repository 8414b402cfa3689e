import { describe, expect, it } from 'vitest';
import { parseRationale } from '../src/point/rationale';
import { parsePoint } from '../src/point/point';

const versions = [
  { version: 2, action: '关阀', respond_within_s: 300 },
  { version: 1, action: '停泵', cause: '进料阀未关' },
  { version: 0 },
];
const rule = { ...versions[0], versions };

describe('what is said of an alarm', () => {
  it('is of the version that raised it', () => {
    expect(parseRationale(rule, 1)).toEqual({
      message: null,
      cause: '进料阀未关',
      consequence: null,
      action: '停泵',
      respondWithinS: null,
    });
    expect(parseRationale(rule, null)?.respondWithinS).toBe(300);
  });

  it('is nothing where nothing was said, or the version is not known', () => {
    expect(parseRationale(rule, 0)).toBeNull();
    expect(parseRationale(rule, 7)).toBeNull();
    expect(parseRationale('rule', 1)).toBeNull();
  });
});

describe('a point without rules', () => {
  it('is told apart only where the server says so', () => {
    const raw = { id: 1, enterprise: 'acme', tag: 'LI-1' };
    expect(parsePoint({ ...raw, judged: false })?.judged).toBe(false);
    expect(parsePoint({ ...raw, judged: true })?.judged).toBe(true);
    expect(parsePoint(raw)?.judged).toBe(true);
  });
});
