import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { live } from '../src/app/live.svelte';
import { session } from '../src/app/session.svelte';
import { locale } from '../src/i18n/locale.svelte';
import { EMPTY } from '../src/live/reducer';
import { parseParkMap } from '../src/park/object';
import ParkFigures from '../src/part/ParkFigures.svelte';
import { served } from './served';

const ALARM = { enterprise: 'E1', tag: 'LT-1', hazard_source: 'HS-1', grade: 3, state: 'unacknowledged', raised_at: 1, condition: 'HH' };
const RETURNED = { ...ALARM, id: 'gone', state: 'returned_unacknowledged' };
const STANDING = { ...ALARM, id: 'here' };
const { objects } = parseParkMap({
  features: [
    { properties: { object: 'enterprise', enterprise: 'E1', code: 'E1', name: '北方化工', name_en: 'North Works' } },
    { properties: { object: 'hazard_source', enterprise: 'E1', code: 'HS-1', name: '液氯储存', name_en: 'Chlorine store' } },
    { properties: { object: 'key_place', enterprise: 'E1', code: 'RD-1', name: '经一路', name_en: 'First road' } },
    { properties: { object: 'key_place', enterprise: 'E1', code: 'GATE', name: '大门', name_en: 'Gate', grade: 2 } },
  ],
})!;
let part: Record<string, unknown> | null = null;
const said = (list: string): string => {
  flushSync();
  const words = document.querySelector(`[data-testid="${list}"]`)?.textContent ?? '';
  return words.replaceAll(/\s+/g, ' ').trim();
};

function open(alarms: readonly object[], wall: boolean): void {
  session.me = { username: 'zhang', role: 'operator', enterprise: null };
  live.state = { ...EMPTY, alarms: new Map(alarms.map((raw) => parseAlarm(raw)!).map((each) => [each.id, each])) };
  served(() => Response.json({}));
  part = mount(ParkFigures, { target: document.body, props: { objects, wall, onchoose: () => undefined } });
}

afterEach(async () => {
  if (part) await unmount(part);
  part = null;
  locale.language = 'zh-CN';
  live.stop();
  session.signOut();
});

test.each([true, false])('what has returned is not counted as active (wall: %s)', (wall) => {
  open([RETURNED, { ...RETURNED, id: 'gone too' }], wall);
  expect(said('park-alarming')).toContain('在报警 0 · 已恢复未确认 2');
  expect(said('park-worst')).toContain('在报警 0 · 已恢复未确认 2');
  locale.language = 'en';
  expect(said('park-alarming')).toContain('Active: 0 · returned, unack: 2');
});

test('where nothing has returned there is one figure, and it leads to the list', () => {
  open([RETURNED, STANDING], false);
  expect(said('park-alarming')).toContain('在报警 1 · 已恢复未确认 1');
  live.state = { ...live.state, alarms: new Map([['here', parseAlarm(STANDING)!]]) };
  expect(said('park-alarming')).toContain('在报警 1');
  expect(said('park-alarming')).not.toContain('已恢复');
  expect(document.querySelector('[data-testid="alarms-of"]')?.getAttribute('data-count')).toBe('1');
});

test('what needs attention says whose it is', () => {
  open([STANDING], true);
  expect(said('park-worst')).toContain('HS-1 液氯储存 北方化工');
  locale.language = 'en';
  expect(said('park-worst')).toContain('HS-1 Chlorine store North Works');
});

test('a key place needs attention while it has an alarm', () => {
  open([STANDING], false);
  expect(said('park-worst')).toContain('GATE 大门');
  expect(said('park-worst')).not.toContain('RD-1');
});
