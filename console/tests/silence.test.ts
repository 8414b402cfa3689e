import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import type { Alarm } from '../src/alarm/alarm';
import { parseAlarm } from '../src/alarm/parse';
import { silentOf } from '../src/alarm/silence';
import { live } from '../src/app/live.svelte';
import NowValue from '../src/part/NowValue.svelte';
import VesselMark from '../src/part/VesselMark.svelte';
import { EMPTY } from '../src/live/reducer';
import { parsePoint, type Point } from '../src/point/point';

const offline = (subject: object, more: object = {}): Alarm =>
  parseAlarm({ id: 'a', enterprise: 'E1', subject, condition: 'offline', grade: 2, state: 'unacknowledged', raised_at: 1, ...more })!; // prettier-ignore
const GATEWAY = { type: 'gateway', id: 'G1' };

test('silent is a gateway, or a whole enterprise, whose alarm of it stands', () => {
  expect([...silentOf([offline(GATEWAY)])]).toEqual(['E1/G1']);
  expect([...silentOf([offline({ type: 'enterprise', id: 'E1' })])]).toEqual(['E1']);
  // Shelved or acknowledged it is as silent as before.
  expect([...silentOf([offline(GATEWAY, { state: 'acknowledged' })])]).toEqual(['E1/G1']);
  expect([...silentOf([offline(GATEWAY, { state: 'shelved' })])]).toEqual(['E1/G1']);
  const back = { state: 'returned_unacknowledged', cleared_at: 2 };
  expect([...silentOf([offline(GATEWAY, back), offline(GATEWAY, { condition: 'clock_skew' })])]).toEqual([]);
});

const shownOf = (point: Point): Record<string, unknown> =>
  mount(NowValue, { target: document.body, props: { point, now: { t: Date.now() - 5_000, v: 0, q: 0 } } });
const interlock = (more: object): Point =>
  parsePoint({ id: 1, enterprise: 'E1', tag: 'ESD-1', kind: 'interlock', gateway: 'G1', reporting: 'on_change', ...more })!; // prettier-ignore

const stands = (alarm: Alarm): void => void (live.state = { ...EMPTY, alarms: new Map([[alarm.id, alarm]]) });

afterEach(() => {
  live.stop();
  document.body.replaceChildren();
});

test('what reports on change is in question while nothing is heard of its gateway, and not before or after', async () => {
  const shown = [shownOf(interlock({})), shownOf(interlock({ gateway: 'G2' }))];
  const [own, neighbour] = [...document.querySelectorAll('.value')];
  const asked = (value: Element | undefined): boolean => {
    flushSync();
    return value?.classList.contains('hatched') === true && value.textContent?.endsWith('?') === true;
  };
  expect(asked(own)).toBe(false);
  stands(offline(GATEWAY));
  expect(asked(own)).toBe(true);
  expect(asked(neighbour)).toBe(false);
  stands(offline(GATEWAY, { state: 'returned_unacknowledged', cleared_at: 2 }));
  expect(asked(own)).toBe(false);
  for (const each of shown) await unmount(each);
});

test.each([null, 'stripes'])('a filling of which only old is known is hatched (%s)', async (hatch) => {
  const vessel = { left: 0, right: 10, top: 0, bottom: 10 };
  const drawn = mount(VesselMark, { target: document.body, props: { vessel, form: 'tank', filled: 0.5, hatch } });
  expect(document.querySelector('[data-testid="filling-old"]')?.getAttribute('fill') ?? null).toBe(
    hatch === null ? null : 'url(#stripes)',
  );
  await unmount(drawn);
});
