import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { catalogue } from '../src/app/catalogue.svelte';
import { live } from '../src/app/live.svelte';
import { parseLoop, type Loop } from '../src/interlock/loop';
import { EMPTY } from '../src/live/reducer';
import { NO_VALUES, withFrame } from '../src/live/values';
import AlarmNear from '../src/part/AlarmNear.svelte';
import LoopState from '../src/part/LoopState.svelte';
import { parsePoint } from '../src/point/point';

const HEARD = Date.now() - 65_000;
const SWITCH = parsePoint({ id: 7, enterprise: 'E1', tag: 'ESD-1.S', kind: 'interlock', gateway: 'G1', reporting: 'on_change' })!; // prettier-ignore
const loop = (more: object = {}): Loop =>
  parseLoop({ enterprise: 'E1', tag: 'ESD-1', state_tag: 'ESD-1.S', state: 'in_service', known_at: new Date(HEARD).toISOString(), ...more })!; // prettier-ignore
const silent = (subject: object): void => {
  const raw = { id: 'a', enterprise: 'E1', subject, condition: 'offline', grade: 2, state: 'unacknowledged', raised_at: 1 };
  live.state = { ...EMPTY, alarms: new Map([['a', parseAlarm(raw)!]]) };
};
let drawn: Record<string, unknown> | null = null;

function shown(of: Loop, instead: string | null = null): { hatched: boolean; said: string } {
  drawn ??= mount(LoopState, { target: document.body, props: { shown: of, instead } });
  flushSync();
  const found = document.querySelector('[data-testid="loop-state"]')!;
  return { hatched: found.classList.contains('hatched'), said: found.textContent ?? '' };
}

afterEach(async () => {
  if (drawn) await unmount(drawn);
  drawn = null;
  live.stop();
  catalogue.clear();
});

test('the state of an interlock is in question as soon as its gateway is silent, before it is read again', () => {
  catalogue.points = [SWITCH];
  expect(shown(loop())).toEqual({ hatched: false, said: '投用' });
  silent({ type: 'gateway', id: 'G2' });
  expect(shown(loop()).hatched).toBe(false);
  silent({ type: 'gateway', id: 'G1' });
  expect(shown(loop())).toMatchObject({ hatched: true, said: expect.stringMatching(/^投用 \? .*1/) });
});

test.each(['link', 'broker', 'engine'] as const)('with the %s away no state is known to be so still', (part) => {
  catalogue.points = [SWITCH];
  live.truth = { reasons: ['database'], stale: false };
  expect(shown(loop()).hatched).toBe(false);
  live.truth = { reasons: [part], stale: false };
  expect(shown(loop())).toMatchObject({ hatched: true, said: expect.stringMatching(/^投用 \? .*1/) });
});

test('a state that nobody knows is hatched, and says how long nobody has known it', () => {
  expect(shown(loop({ state: null }))).toMatchObject({ hatched: true, said: expect.stringMatching(/^状态未知 \? .*1/) });
});

test('a state that never was told has no age', () => {
  expect(shown(loop({ state: null, known_at: null, state_tag: null }))).toEqual({ hatched: true, said: '状态未知 ?' });
});

test('what the register says of a loop nobody has to hear from the field', () => {
  expect(shown(loop({ state: null }), '停运检修')).toEqual({ hatched: false, said: '停运检修' });
});

test('beside an alarm, too, the age of what is not heard any more is bold', () => {
  silent({ type: 'gateway', id: 'G1' });
  live.state = { ...live.state, values: withFrame(NO_VALUES, { id: [7], t: [HEARD], v: [0], q: [0] }) };
  const alarm = [...live.alarms.values()][0]!;
  drawn = mount(AlarmNear, { target: document.body, props: { alarm, alarms: [], points: [{ it: SWITCH, how: 'gateway' }], onalarm: () => undefined } }); // prettier-ignore
  flushSync();
  const row = document.querySelector<HTMLElement>('[data-testid="near-point"]')!;
  expect(row.dataset['overdue']).toBe('true');
  expect(row.querySelector('td:last-child')?.classList.contains('late')).toBe(true);
});
