import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { acknowledge } from '../src/app/acknowledge.svelte';
import { clock } from '../src/app/clock.svelte';
import { live } from '../src/app/live.svelte';
import { session } from '../src/app/session.svelte';
import { shelving } from '../src/app/shelving.svelte';
import { minuteStamp, ofMinuteStamp } from '../src/format/time';
import { EMPTY, reduce } from '../src/live/reducer';
import { parseAlarm } from '../src/alarm/parse';
import AlarmScreen from '../src/screen/AlarmScreen.svelte';
import { served } from './served';

const NOON = Date.UTC(2026, 0, 4, 4);
let asked: { url: string; method: string; body: unknown }[];
let answer: () => Response;
let policy: object;
let screen: Record<string, unknown>;

const figures = (longest_minutes: number, alone_minutes: number) => ({ longest_minutes, alone_minutes });
const raw = (id: string, grade: number, more: object = {}) => ({
  id, enterprise: 'HX01', tag: id, grade, state: 'unacknowledged', condition: 'HH', limit: 50,
  value: 55, raised_at: 1_000, ...more,
});
const alarm = (id: string, grade: number, more: object = {}) => {
  const parsed = parseAlarm(raw(id, grade, more));
  if (!parsed) throw new Error('no alarm');
  return parsed;
};
const field = (id: string) => document.querySelector<HTMLInputElement>(`[data-testid="${id}"]`);
const press = (key: string) => {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  flushSync();
};
const settle = async () => {
  for (let i = 0; i < 5; i++) await tick();
  await new Promise((resolve) => setTimeout(resolve, 0));
  flushSync();
};
const type = (id: string, text: string) => {
  const input = field(id);
  if (!input) throw new Error(`no field ${id}`);
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
};
const send = async (id: string) => {
  field(id)?.closest('form')?.dispatchEvent(new Event('submit', { cancelable: true, bubbles: true }));
  await settle();
};
const select = (tag: string) => {
  document.querySelector<HTMLElement>(`[data-tag="${tag}"]`)?.click();
  flushSync();
};
const posts = () => asked.filter(({ method }) => method === 'POST');

beforeEach(() => {
  asked = [];
  clock.own = NOON;
  clock.offset = null;
  answer = () => Response.json(raw('LT-3', 3, { state: 'out_of_service' }));
  policy = {
    version: 4,
    policy: {
      shelf: { 1: figures(0, 0), 2: figures(0, 0), 3: figures(90, 15), 4: figures(90, 90) },
      out_of_service: { 1: figures(60, 0), 2: figures(60, 0), 3: figures(600, 300), 4: figures(600, 600) },
    },
  };
  served((url, init) => {
    const method = init.method;
    asked.push({ url, method, body: init.body ? JSON.parse(String(init.body)) : null });
    return Promise.resolve(method === 'GET' ? Response.json(policy) : answer());
  });
  session.token = 'secret';
  session.me = { username: 'zhang', role: 'operator', enterprise: null };
  const alarms = [
    alarm('LT-2', 2),
    alarm('LT-3', 3),
    alarm('LT-4', 4, { state: 'out_of_service', off_board: { how: 'out_of_service', by: 'wang' } }),
  ];
  const points = { id: [], t: [], v: [], q: [] };
  live.state = reduce(EMPTY, [{ type: 'snapshot', seq: 1, alarms, points }]);
  screen = mount(AlarmScreen, { target: document.body, props: { view: 'current' } });
  flushSync();
});

afterEach(async () => {
  shelving.stop();
  await unmount(screen);
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

test('the shelf is as long as the park’s policy says, and says when a second person is needed', async () => {
  select('LT-3');
  press('h');
  await settle();
  expect(asked[0]).toMatchObject({ method: 'GET', url: '/api/v1/shelving-policy' });
  expect(field('shelf-minutes')?.max).toBe('90');
  expect(field('shelf-minutes')?.value).toBe('30');
  expect(field('second-person')).not.toBeNull();
  type('shelf-minutes', '15');
  expect(field('second-person')).toBeNull();
});

test('by key O and three fields it is out of service, until the end that was typed', async () => {
  select('LT-3');
  press('o');
  await settle();
  expect(field('out-end')?.value).toBe('2026-01-04 20:00');
  expect(field('second-person'), 'eight hours are more than five').not.toBeNull();
  type('out-permit', ' JX-2026-031 ');
  type('out-reason', '更换探头');
  type('out-end', '2026-01-04 16:30');
  expect(field('second-person')).toBeNull();
  await send('out-permit');
  const body = { minutes: 270, reason: '更换探头', permit: 'JX-2026-031' };
  expect(posts()).toEqual([{ method: 'POST', url: '/api/v1/alarms/LT-3/out-of-service', body }]);
  expect(field('out-dialog'), 'it is done').toBeNull();
});

test('what waits for a second person closes the form and says so', async () => {
  answer = () => Response.json({ approval: { id: 'a1' } }, { status: 202 });
  select('LT-2');
  field('out-selected')?.click();
  flushSync();
  await settle();
  type('out-permit', 'JX-1');
  type('out-reason', '检修');
  await send('out-permit');
  expect(acknowledge.sentence).toContain('LT-2');
  expect(field('out-dialog')).toBeNull();
});

test('what is refused stays in the form, with its sentence', async () => {
  const detail = 'An alarm of grade 3 is taken out of service for 1 to 600 minutes.';
  answer = () => Response.json({ type: 'x', title: 'x', status: 409, detail }, { status: 409 });
  select('LT-3');
  press('o');
  await settle();
  type('out-permit', 'JX-1');
  type('out-reason', '检修');
  await send('out-permit');
  expect(acknowledge.sentence).toContain(detail);
  expect(field('out-permit')?.value).toBe('JX-1');
});

test('out of service comes back by the same key, with a note', async () => {
  select('LT-4');
  press('o');
  await settle();
  type('out-note', '已更换');
  await send('out-note');
  const url = '/api/v1/alarms/LT-4/return-to-service';
  expect(posts()).toEqual([{ method: 'POST', url, body: { note: '已更换' } }]);
});

test('what the policy never allows is said, and no form opens', async () => {
  shelving.follow();
  await settle();
  select('LT-2');
  press('h');
  expect(field('shelve-dialog')).toBeNull();
  expect(acknowledge.sentence).toContain('2');
  expect(field('shelve-selected')).toBeNull();
});

test('who may only look has neither key nor button', () => {
  session.me = { username: 'sun', role: 'regulator', enterprise: null };
  select('LT-3');
  flushSync();
  press('o');
  expect([field('out-dialog'), field('out-selected')]).toEqual([null, null]);
});

test.each(['2026-01-04 12:00', '2026-01-04 22:01', '2026-02-30 12:00', '8 h', ''])(
  'an end that is none, over or too far away is told before anything is sent: %j',
  async (end) => {
    select('LT-3');
    press('o');
    await settle();
    type('out-end', '2026-01-04 22:00');
    expect(field('out-end')?.validationMessage).toBe('');
    type('out-end', end);
    expect(field('out-end')?.validationMessage).toContain('10 小时');
    expect(field('out-end')?.checkValidity()).toBe(false);
  },
);

test('a moment in a field is the park’s, whatever the zone of the computer', () => {
  expect(minuteStamp(NOON)).toBe('2026-01-04 12:00');
  expect(ofMinuteStamp(' 2026-01-04 12:00')).toBe(NOON);
  expect(ofMinuteStamp('2026-01-04T12:00')).toBe(NOON);
  expect(['', '12:00', '2026-13-01 12:00', '2026-01-04 12:00:30'].map(ofMinuteStamp)).toEqual([
    null, null, null, null,
  ]);
});
