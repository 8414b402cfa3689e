import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { acknowledge } from '../src/app/acknowledge.svelte';
import { grouping } from '../src/app/grouping.svelte';
import { live } from '../src/app/live.svelte';
import { place } from '../src/app/place.svelte';
import { session } from '../src/app/session.svelte';
import { parseAlarm } from '../src/alarm/parse';
import { EMPTY, reduce } from '../src/live/reducer';
import AlarmScreen from '../src/screen/AlarmScreen.svelte';
import { served } from './served';

/** What the server was asked, and what it answers. */
let asked: { url: string; body: unknown }[];
let answer: () => Response;
let screen: Record<string, unknown>;

const alarm = (id: string, tag: string, raised: number, more: object = {}) => {
  const raw = { id, enterprise: 'HX01', tag, grade: 1, state: 'unacknowledged', condition: 'HH' };
  const parsed = parseAlarm({ ...raw, limit: 50, value: 55, raised_at: raised, ...more });
  if (!parsed) throw new Error('no alarm');
  return parsed;
};

const rows = () => [...document.querySelectorAll<HTMLElement>('[data-testid="alarm-row"]')];
const row = (tag: string) => rows().find((each) => each.dataset['tag'] === tag);
const press = (key: string, more: KeyboardEventInit = {}) => {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }));
  flushSync();
};
const settle = async () => {
  for (let i = 0; i < 5; i++) await tick();
  await new Promise((resolve) => setTimeout(resolve, 0));
  flushSync();
};

beforeEach(() => {
  asked = [];
  const acknowledged = { id: 'new', tag: 'GT-102', grade: 1, state: 'acknowledged' };
  answer = () => Response.json(acknowledged);
  served((url, init) => {
    asked.push({ url, body: JSON.parse(String(init.body)) });
    return Promise.resolve(answer());
  });
  session.token = 'secret';
  session.me = { username: 'zhang', role: 'operator', enterprise: null };
  live.state = reduce(EMPTY, [
    {
      type: 'snapshot',
      seq: 1,
      alarms: [
        alarm('old', 'GT-101', 1_000),
        alarm('new', 'GT-102', 2_000),
        alarm('acked', 'GT-103', 3_000, { state: 'acknowledged', grade: 4 }),
        alarm('past', 'GT-104', 4_000, { historical: true }),
      ],
      points: { id: [], t: [], v: [], q: [] },
    },
  ]);
  screen = mount(AlarmScreen, { target: document.body, props: { view: 'current' } });
  flushSync();
});

afterEach(async () => {
  await unmount(screen);
  grouping.reset();
  place.forget();
  acknowledge.say('', false);
  vi.unstubAllGlobals();
});

test('waiting ones on top, of one grade the newest first; historical ones are not among them', () => {
  expect(rows().map((each) => each.dataset['tag'])).toEqual(['GT-102', 'GT-101', 'GT-103']);
  expect(row('GT-102')?.dataset).toMatchObject({ grade: '1', state: 'unacknowledged' });
  expect(row('GT-103')?.dataset).toMatchObject({ grade: '4', state: 'acknowledged' });
});

test('one key acknowledges the selected alarm, with its note', async () => {
  press('j');
  const note = document.querySelector<HTMLInputElement>('#ack-note');
  if (!note) throw new Error('nowhere to write a note');
  note.value = ' 已派人巡检 ';
  note.dispatchEvent(new Event('input', { bubbles: true }));
  press('a');
  await settle();
  expect(asked).toEqual([
    { url: '/api/v1/alarms/new/acknowledge', body: { note: '已派人巡检' } },
  ]);
  expect(row('GT-102')?.dataset['state']).toBe('acknowledged');
  expect(row('GT-102')?.dataset['tag']).toBe(rows()[0]?.dataset['tag']);
});

test('the key without a selection acknowledges nothing', async () => {
  press('a');
  await settle();
  expect(asked).toEqual([]);
  expect(acknowledge.sentence).not.toBe('');
});

test('a key that is held down does not acknowledge', async () => {
  press('j');
  press('a', { repeat: true });
  await settle();
  expect(asked).toEqual([]);
});

test('an engine that is away is one sentence, and the alarm still waits', async () => {
  answer = () => Response.json({ type: 'about:blank', title: 'x' }, { status: 503 });
  press('j');
  press('a');
  await settle();
  expect(acknowledge.failed).toBe(true);
  expect(acknowledge.sentence).toContain('引擎');
  expect(row('GT-102')?.dataset['state']).toBe('unacknowledged');
});

test('who is not allowed to acknowledge has neither button nor key', async () => {
  session.me = { username: 'watcher', role: 'regulator', enterprise: null };
  flushSync();
  expect(document.querySelector('[data-testid="ack-button"]')).toBeNull();
  press('j');
  press('a');
  await settle();
  expect(asked).toEqual([]);
});

test('an enterprise answers with a note, and not without', async () => {
  session.me = { username: 'plant', role: 'enterprise', enterprise: 'HX01' };
  flushSync();
  press('j');
  press('a');
  await settle();
  expect(asked).toEqual([]);
  expect(document.activeElement?.id).toBe('ack-note');
});

test('the second of two operators learns who was first', async () => {
  answer = () =>
    Response.json({ id: 'new', grade: 1, state: 'acknowledged', acknowledged_by: 'lina' });
  press('j');
  press('a');
  await settle();
  expect(acknowledge.sentence).toContain('lina');
});

test('what a filter leaves out is not shown as ended', () => {
  press('j');
  press('j');
  const filter = document.querySelector<HTMLInputElement>('#alarm-filter');
  if (!filter) throw new Error('nowhere to filter');
  filter.value = 'GT-101';
  filter.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
  expect(rows().map((each) => [each.dataset['tag'], each.dataset['gone']])).toEqual([['GT-101', 'false']]);
});

test('what ended stays to be read about until another row is chosen, and cannot be acted on', async () => {
  press('j');
  const ended = alarm('new', 'GT-102', 2_000, { state: 'normal', closed_as: 'cleared' });
  live.state = reduce(live.state, [{ type: 'alarm', seq: 2, event: 'cleared', alarm: ended }]);
  document.querySelector('[data-testid="alarm-list"]')?.dispatchEvent(new Event('pointerleave'));
  flushSync();
  expect(row('GT-102')).toBeUndefined();
  expect(document.querySelector('[data-testid="alarm-detail"]')?.textContent).toMatch(/GT-102.*已结束/s);
  expect(document.querySelector('[data-testid="ack-selected"]')).toBeNull();
  press('a');
  await settle();
  expect(asked.filter(({ url }) => url.endsWith('/acknowledge'))).toEqual([]);
  press('j');
  expect(document.querySelector('[data-testid="alarm-detail"]')?.textContent).toContain('GT-101');
});

test('an arrival does not move the selected row', () => {
  press('j');
  press('j');
  const before = rows().map((each) => each.dataset['tag']);
  live.state = reduce(live.state, [
    { type: 'alarm', seq: 2, event: 'raised', alarm: alarm('storm', 'GT-999', 9_000) },
  ]);
  flushSync();
  expect(before.slice(0, 2)).toEqual(['GT-102', 'GT-101']);
  expect(rows().map((each) => each.dataset['tag'])).toEqual([
    'GT-102',
    'GT-101',
    'GT-999',
    'GT-103',
  ]);
});

const flood = (since: number, enterprise: string | null = null) => {
  return { enterprise, since, alarms: 12, rate: 12 };
};
const flooded = (...floods: ReturnType<typeof flood>[]) => {
  live.state = reduce(live.state, [{ type: 'flood', floods }]);
  flushSync();
};
const seen = (testid: string) => document.querySelector(`[data-testid="${testid}"]`) !== null;

test('a flood groups the list by itself, says so, and ends the groups with it', () => {
  const tags = rows().map((each) => each.dataset['tag']);
  expect(seen('groups')).toBe(false);
  flooded(flood(1));
  expect([seen('groups'), seen('grouped-by-flood')]).toEqual([true, true]);
  expect(rows().map((each) => each.dataset['tag'])).toEqual(tags);
  expect(performance.now() - live.movedAt, 'a click now was meant for another row').toBeLessThan(800);
  flooded();
  expect([seen('groups'), seen('flood-strip')]).toEqual([false, false]);
});

test('switched off, the groups stay away for that flood and come with the next', async () => {
  flooded(flood(1));
  press('g');
  expect([seen('groups'), seen('grouped-by-flood'), seen('flood-strip')]).toEqual([false, false, true]);
  flooded(flood(1), flood(5, 'HX01'));
  expect(seen('groups'), "an enterprise's flood is a part of the park's").toBe(false);
  await unmount(screen);
  screen = mount(AlarmScreen, { target: document.body, props: { view: 'current' } });
  flushSync();
  expect(seen('groups'), 'the operator was away on another screen').toBe(false);
  flooded();
  flooded(flood(9));
  expect(seen('groups')).toBe(true);
});

test('what the key does the pointer does, too: groups come and go by buttons', async () => {
  const button = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  button('group-button')!.click();
  await settle();
  expect(button('groups')).not.toBeNull();
  expect(button('group-button')).toBeNull();
  expect(document.activeElement).toBe(button('group-switch'));
  button('group-switch')!.click();
  await settle();
  expect([button('groups'), button('group-switch')]).toEqual([null, null]);
  await unmount(screen);
  screen = mount(AlarmScreen, { target: document.body, props: { view: 'historical' } });
  flushSync();
  expect(button('group-button')).toBeNull();
});

test('groups that the operator chose stay when a flood is over', () => {
  press('g');
  flooded(flood(1));
  flooded();
  expect([seen('groups'), seen('grouped-by-flood')]).toEqual([true, false]);
  press('g');
  expect(seen('groups')).toBe(false);
});

test("the park's own alarm is named in words, and is no point", () => {
  const own = alarm('own', '', Date.parse('2026-01-04T16:00:00Z'), {
    enterprise: '*', tag: null, condition: 'storage_tight', limit: null, value: null,
    subject: { type: 'store', id: 'database' },
    message: { code: 'storage_tight', params: {}, text: '数据库存储空间不足' },
  });
  const event = { type: 'alarm', seq: live.state.seq + 1, event: 'raised', alarm: own } as const;
  live.state = reduce(live.state, [event]);
  flushSync();
  const shown = document.querySelector('[data-enterprise="*"]')?.textContent ?? '';
  expect(shown).toContain('园区');
  expect(shown).toContain('数据库存储');
  expect(shown).not.toContain('*');
});

/** The list is so many rows high and scrolled down by so many. */
const sized = (high: number, down = 0) => {
  const list = document.querySelector<HTMLElement>('[data-testid="alarm-list"]');
  if (!list) throw new Error('no list');
  Object.defineProperty(list, 'clientHeight', { value: high * 42, configurable: true });
  Object.defineProperty(list, 'scrollTop', { value: down * 42, configurable: true, writable: true });
  return list;
};
const find = (testid: string) => document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
const batchOpen = async () => {
  press('A', { shiftKey: true });
  await vi.waitFor(() => {
    flushSync();
    if (find('batch-dialog') === null) throw new Error('no dialog');
  });
};
const batchGo = async () => {
  find('batch-dialog')?.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
  await settle();
};

test('several are acknowledged together: those in sight that wait, and no other', async () => {
  sized(1.5);
  answer = () => Response.json({ items: [{ id: 'new', tag: 'GT-102', grade: 1, state: 'acknowledged', acknowledged_by: 'zhang' }], refused: [] });
  await batchOpen();
  expect(asked, 'nothing is sent before it is confirmed').toEqual([]);
  await batchGo();
  expect(asked).toEqual([{ url: '/api/v1/alarms/acknowledge', body: { ids: ['new'] } }]);
  expect(row('GT-102')?.dataset['state']).toBe('acknowledged');
  expect(row('GT-101')?.dataset['state']).toBe('unacknowledged');
  expect(find('batch-dialog')).toBeNull();
});

test('what came, and what escalated, while the dialog stood is not acknowledged; each answer is told', async () => {
  live.state = reduce(live.state, [
    { type: 'alarm', seq: 2, event: 'raised', alarm: alarm('mild', 'GT-105', 1_500, { grade: 3 }) },
  ]);
  flushSync();
  sized(20);
  await batchOpen();
  live.state = reduce(live.state, [
    { type: 'alarm', seq: 3, event: 'raised', alarm: alarm('storm', 'GT-999', 9_000) },
    { type: 'alarm', seq: 4, event: 'escalated', alarm: alarm('mild', 'GT-105', 1_500, { grade: 2 }) },
  ]);
  answer = () =>
    Response.json({
      items: [{ id: 'new', tag: 'GT-102', grade: 1, state: 'acknowledged', acknowledged_by: 'lina' }],
      refused: [{ id: 'old', code: 'gone', text: '已经结束' }],
    });
  await batchGo();
  expect(asked).toEqual([{ url: '/api/v1/alarms/acknowledge', body: { ids: ['new', 'old'] } }]);
  const told = find('batch-left')?.textContent ?? '';
  expect(told).toContain('lina');
  expect(told).toContain('已经结束');
  expect(told).toContain('升级');
  expect(told).not.toContain('GT-999');
});

test('several at once: not from a held key, not without a right, not where none waits', async () => {
  sized(0.5);
  press('A', { shiftKey: true });
  expect(acknowledge.sentence).toContain('没有未确认');
  sized(20);
  press('A', { shiftKey: true, repeat: true });
  session.me = { username: 'watcher', role: 'regulator', enterprise: null };
  flushSync();
  expect(find('batch-button')).toBeNull();
  press('A', { shiftKey: true });
  await settle();
  expect([find('batch-dialog'), asked]).toEqual([null, []]);
});

test('a row that slipped under a resting pointer is not acknowledged by the click', async () => {
  sized(20);
  row('GT-102')?.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, clientY: 5 }));
  // The hold is over, the pointer rests: the order is free.
  await new Promise((resolve) => setTimeout(resolve, 3_050));
  live.state = reduce(live.state, [
    { type: 'alarm', seq: 2, event: 'raised', alarm: alarm('storm', 'GT-999', 9_000) },
  ]);
  flushSync();
  expect(rows()[0]?.dataset['tag'], 'a new one is on the screen at once').toBe('GT-999');
  row('GT-999')?.querySelector<HTMLElement>('[data-testid="ack-button"]')?.click();
  await settle();
  expect(asked).toEqual([]);
  expect(acknowledge.sentence).toContain('变动');
});
