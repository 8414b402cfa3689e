import { flushSync } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { Problem } from '../src/api/problem';
import { acknowledge } from '../src/app/acknowledge.svelte';
import { FormDesk } from '../src/app/form-desk.svelte';
import { Reread } from '../src/app/reread.svelte';
import { session } from '../src/app/session.svelte';
import { SheetDesk } from '../src/app/sheet-desk.svelte';
import '../src/app/register-sentence';
import { locale } from '../src/i18n/locale.svelte';
import { served } from './served';

afterEach(() => {
  locale.language = 'zh-CN';
  acknowledge.say('', false);
  session.signOut();
  vi.unstubAllGlobals();
});

const refusing = (problem: Problem) => () => Promise.reject(problem);
const refused = Problem.of(422, { detail: '', errors: [{ field: 'tag', message: 'it is missing; send it' }] });

test('what a form was refused is told in the language of the screen, also when that is switched', async () => {
  const desk = new FormDesk();
  expect(await desk.send(refusing(refused))).toBe(false);
  expect(desk.told['tag']).toBe('缺少此项。');
  expect(desk.sentence).toContain('缺少此项。');
  locale.language = 'en';
  expect(desk.told['tag']).toBe('it is missing; send it');
  expect(desk.sentence).toContain('it is missing; send it');
  expect(desk.sentence).not.toMatch(/[\u4e00-\u9fff]/);
  desk.forget();
  expect([desk.told, desk.sentence]).toEqual([{}, '']);
});

test('so are failures of no form: of dead letters and of sheets', async () => {
  served(() => Response.json({}, { status: 503 }));
  const letters = new Reread();
  expect(await letters.ask('E1')).toBe(false);
  const sheet = new SheetDesk();
  sheet.choose(new File(['tag'], 'points.csv'));
  await sheet.look({ mode: 'create', coordinates: 'wgs84', enterprise: '', reason: '' } as Parameters<SheetDesk['look']>[0]);
  const both = (): string => letters.sentence + sheet.sentence;
  const chinese = both();
  expect(chinese).toMatch(/[\u4e00-\u9fff]/);
  locale.language = 'en';
  flushSync();
  expect(letters.sentence).not.toBe('');
  expect(sheet.sentence).not.toBe('');
  expect(both()).not.toMatch(/[\u4e00-\u9fff]/);
});
