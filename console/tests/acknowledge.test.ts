import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { acknowledge } from '../src/app/acknowledge.svelte';
import { acknowledgeAll } from '../src/app/batch';
import { catalogue } from '../src/app/catalogue.svelte';
import { live } from '../src/app/live.svelte';
import { session } from '../src/app/session.svelte';
import type { LiveMessage } from '../src/live/message';
import { EMPTY, reduce } from '../src/live/reducer';
import Notice from '../src/part/Notice.svelte';
import { parsePoint } from '../src/point/point';
import PointsScreen from '../src/screen/PointsScreen.svelte';
import { served } from './served';
import { locale, t } from '../src/i18n/locale.svelte';
import { say } from '../src/i18n/text';

const alarm = (id: string, more: object = {}) => {
  const raw = { id, enterprise: 'E1', tag: `T-${id}`, grade: 2, state: 'unacknowledged', raised_at: 1_000 };
  const parsed = parseAlarm({ ...raw, ...more });
  if (!parsed) throw new Error('no alarm');
  return parsed;
};
const acked = (id: string, who: string) => alarm(id, { state: 'acknowledged', acknowledged_by: who });
const NO_POINTS = { id: [], t: [], v: [], q: [] };

let notice: Record<string, unknown>;
const said = () => document.querySelector('[data-testid="notice"]')?.textContent ?? '';
const hear = (...messages: readonly LiveMessage[]) => {
  live.state = reduce(live.state, messages);
  flushSync();
};
const snapshot = (...alarms: readonly ReturnType<typeof alarm>[]) =>
  hear({ type: 'snapshot', seq: live.state.seq, alarms, points: NO_POINTS });

beforeEach(() => {
  served(() => Promise.reject(new TypeError('the line broke')));
  session.token = 'secret';
  session.me = { username: 'zhang', role: 'operator', enterprise: null };
  live.state = EMPTY;
  notice = mount(Notice, { target: document.body });
  snapshot(alarm('a'), alarm('b'));
});
afterEach(async () => {
  await unmount(notice);
  acknowledge.forget();
  live.state = EMPTY;
  session.token = null;
  session.me = null;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function broken(): Promise<void> {
  expect(await acknowledge.send(alarm('a'), '')).toBe(false);
  // Only what the notice waits for is hurried, not the request.
  vi.useFakeTimers();
  flushSync();
  expect(said()).toContain('是否送达尚不清楚');
}

test('whether it arrived is not known, and that stands until it is', async () => {
  await broken();
  vi.advanceTimersByTime(60_000);
  flushSync();
  expect(said()).toContain('是否送达尚不清楚');
});

test('it did not arrive: the fresh snapshot has the alarm waiting', async () => {
  await broken();
  snapshot(alarm('a'), alarm('b'));
  expect(said()).toContain('T-a 仍未确认');
  vi.advanceTimersByTime(60_000);
  flushSync();
  expect(said()).toBe('');
});

test('it did arrive: by its event or by the snapshot', async () => {
  await broken();
  hear({ type: 'alarm', seq: 1, event: 'acknowledged', alarm: acked('a', 'zhang') });
  expect(said()).toContain('已确认 T-a');
});

test('somebody else was first', async () => {
  await broken();
  snapshot(acked('a', 'lina'), alarm('b'));
  expect(said()).toContain('lina');
});

test('the alarm is over', async () => {
  await broken();
  snapshot(alarm('b'));
  expect(said()).toContain('T-a 的报警已经结束');
});

test('of several it is said how many', async () => {
  await expect(acknowledgeAll([alarm('a'), alarm('b')], '')).rejects.toThrow('是否送达尚不清楚');
  snapshot(acked('a', 'zhang'), alarm('b'));
  expect(said()).toContain('1 条不再待确认，1 条仍未确认');
});

test('an answer is an answer: nothing is in doubt', async () => {
  served(() => Promise.resolve(Response.json({ type: 'x', title: 'x' }, { status: 503 })));
  await acknowledge.send(alarm('a'), '');
  flushSync();
  expect(acknowledge.open).toBe(false);
  expect(said()).toContain('报警引擎没有应答');
});

test('a point whose only alarm is off the board is calm and says which way; one on the board is not', async () => {
  const point = (id: number, tag: string) => parsePoint({ id, enterprise: 'E1', tag, kind: 'level' })!;
  catalogue.points = [point(1, 'T-a'), point(2, 'T-b')];
  catalogue.loaded = true;
  const screen = mount(PointsScreen, { target: document.body });
  snapshot(
    alarm('a', { state: 'shelved', grade: 1 }),
    alarm('b', { state: 'out_of_service', grade: 1 }),
    alarm('c', { tag: 'T-b', grade: 4 }),
  );
  const row = (tag: string) => document.querySelector(`[data-testid="point-row"][data-tag="${tag}"]`);
  expect(row('T-a')?.querySelector('svg.calm')).not.toBeNull();
  expect(row('T-a')?.querySelector('[data-off="shelved"]')).not.toBeNull();
  expect(row('T-b')?.querySelector('svg.calm')).toBeNull();
  expect(row('T-b')?.querySelector('svg')?.textContent?.trim()).toBe('4');
  await unmount(screen);
  catalogue.clear();
});

test('in another language it says the same; what was said in fixed words, and is done, is over', () => {
  acknowledge.say(() => t('ack.nothing'), false);
  flushSync();
  const chinese = said();
  locale.toggle();
  flushSync();
  expect(acknowledge.sentence).toBe(say('en', 'ack.nothing'));
  expect(said()).not.toBe(chinese);
  acknowledge.say('Saved.', false);
  locale.toggle();
  flushSync();
  expect(acknowledge.sentence).toBe('');
  acknowledge.say('Not saved.', true);
  locale.toggle();
  locale.toggle();
  flushSync();
  expect(said()).toContain('Not saved.');
});
