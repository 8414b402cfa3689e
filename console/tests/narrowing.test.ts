import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  behindGateways,
  countedByEnterprise,
  isActive,
  isReturned,
  isWhole,
  isWithin,
  parseNarrowing,
  WHOLE,
  type Narrowing,
} from '../src/alarm/narrowing';
import { parseAlarm } from '../src/alarm/parse';
import { place } from '../src/app/place.svelte';
import { session } from '../src/app/session.svelte';
import { live } from '../src/app/live.svelte';
import { EMPTY, reduce } from '../src/live/reducer';
import { hashOf, parseRoute, type Route } from '../src/route/route';
import AlarmScreen from '../src/screen/AlarmScreen.svelte';

const to = (more: Partial<Narrowing>): Narrowing => ({ ...WHOLE, ...more });

const alarm = (id: string, more: object = {}) => {
  const point = { enterprise: 'E1', tag: `T-${id}`, subject: { type: 'point', id: `T-${id}` } };
  const raw = { id, ...point, grade: 2, state: 'unacknowledged', raised_at: 1_000, ...more };
  const parsed = parseAlarm(raw);
  if (!parsed) throw new Error('no alarm');
  return parsed;
};

describe('an alarm is active or returned, never both', () => {
  test.each([
    { state: 'unacknowledged', latch: true, active: true },
    { state: 'acknowledged', latch: false, active: true },
    { state: 'returned_unacknowledged', latch: false, active: false },
    // What latches gives its source a grade until it is reset, on the server too.
    { state: 'returned_unacknowledged', latch: true, active: true },
  ])('$state, latching: $latch', ({ state, latch, active }) => {
    const one = alarm('1', { state, latch });
    expect([isActive(one), isReturned(one)]).toEqual([active, !active]);
  });

  test('off the board it is neither', () => {
    const off = alarm('1', { state: 'shelved' });
    expect([isActive(off), isReturned(off)]).toEqual([false, false]);
  });
});

describe('the address of a narrowed list', () => {
  const routes: readonly Route[] = [
    { screen: 'alarms', view: 'current', narrowing: to({ grade: 1, counted: true }) },
    { screen: 'alarms', view: 'current', narrowing: to({ enterprise: 'E/1', source: 'HS#1?&=' }) },
    { screen: 'alarms', view: 'all', narrowing: to({ words: '一号罐 a/b 100%+?' }) },
    {
      screen: 'alarms',
      view: 'historical',
      narrowing: { words: 'x', grade: 4, enterprise: 'E1', source: 'HS-1', counted: true },
    },
  ];
  test.each(routes)('says all of it, %#', (route) => {
    expect(parseRoute(hashOf(route))).toEqual(route);
    expect(parseRoute(new URL(hashOf(route), 'http://park/').hash)).toEqual(route);
  });

  test('is the plain one when nothing is narrowed', () => {
    expect(hashOf({ screen: 'alarms', view: 'current', narrowing: WHOLE })).toBe('#/alarms');
    expect(parseRoute('#/alarms?')).toEqual({ screen: 'alarms', view: 'current' });
  });

  test.each(['grade=0', 'grade=5', 'grade=x', 'source=HS-1', 'counted=yes', 'enterprise=', '%'])(
    'narrows nothing by what cannot be meant: %s',
    (query) => expect(isWhole(parseNarrowing(query))).toBe(true),
  );

  test('leaves a board, and a tag with a question mark, as they are', () => {
    expect(parseRoute('#/alarms/handover?grade=1')).toEqual({ screen: 'alarms', view: 'handover' });
    expect(parseRoute('#/points/E1/A?grade=1')).toEqual({
      screen: 'point',
      enterprise: 'E1',
      tag: 'A?grade=1',
    });
  });
});

describe('what a narrowed list holds', () => {
  const behind = behindGateways([
    { enterprise: 'E1', gateway: 'gw1', hazardSource: 'HS-1' },
    { enterprise: 'E1', gateway: 'gw2', hazardSource: 'HS-2' },
    { enterprise: 'E1', gateway: '', hazardSource: 'HS-1' },
  ]);
  const about = (type: string, id: string) => ({ tag: null, subject: { type, id } });
  const alarms = [
    alarm('own', { hazard_source: 'HS-1', grade: 1 }),
    alarm('other', { hazard_source: 'HS-2' }),
    alarm('none'),
    alarm('neighbour', { enterprise: 'E2', hazard_source: 'HS-1' }),
    alarm('itself', about('hazard_source', 'HS-1')),
    alarm('gateway', about('gateway', 'gw1')),
    alarm('other-gateway', about('gateway', 'gw2')),
    alarm('plant', about('enterprise', 'E1')),
    alarm('shelved', { hazard_source: 'HS-1', state: 'shelved' }),
    alarm('exercise', { hazard_source: 'HS-1', exercise: true }),
  ];
  const within = (more: Partial<Narrowing>) =>
    alarms.filter((each) => isWithin(each, to(more), behind)).map((each) => each.id);

  test('the whole', () => expect(within({})).toHaveLength(alarms.length));
  test('a grade', () => expect(within({ grade: 1 })).toEqual(['own']));
  test('an enterprise', () => expect(within({ enterprise: 'E2' })).toEqual(['neighbour']));
  test('a hazard source: its own, and what blinds it', () =>
    expect(within({ enterprise: 'E1', source: 'HS-1' })).toEqual([
      'own',
      'itself',
      'gateway',
      'plant',
      'shelved',
      'exercise',
    ]));
  test('what is counted only', () =>
    expect(within({ enterprise: 'E1', source: 'HS-1', counted: true })).toEqual([
      'own',
      'itself',
      'gateway',
      'plant',
    ]));
  test('as many as an enterprise has by count', () => {
    const counted = countedByEnterprise(alarms);
    expect(counted.get('E1')?.map((each) => each.id)).toEqual(within({ enterprise: 'E1', counted: true }));
    expect(counted.get('E2')).toHaveLength(1);
  });
});

describe('the list on the screen', () => {
  let screen: Record<string, unknown>;
  const shown = () =>
    [...document.querySelectorAll<HTMLElement>('[data-testid="alarm-row"]')].map((row) => row.dataset['alarmId']);
  const find = <T extends HTMLElement>(name: string) => document.querySelector<T>(`[data-testid="${name}"]`);
  const goTo = (hash: string) => {
    location.hash = hash;
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    flushSync();
  };

  beforeEach(() => {
    session.me = { username: 'zhang', role: 'operator', enterprise: null };
    const alarms = [
      alarm('a', { hazard_source: 'HS-1', grade: 1 }),
      alarm('b', { grade: 3 }),
      alarm('c', { enterprise: 'E2', grade: 1, state: 'shelved' }),
    ];
    const points = { id: [], t: [], v: [], q: [] };
    live.state = reduce(EMPTY, [{ type: 'snapshot', seq: 1, alarms, points }]);
    screen = mount(AlarmScreen, { target: document.body, props: { view: 'current' } });
    goTo('#/alarms');
  });
  afterEach(async () => {
    await unmount(screen);
    place.forget();
    live.state = EMPTY;
    session.me = null;
    location.hash = '';
  });

  test('follows the address and says what it is narrowed to', () => {
    expect(shown().sort()).toEqual(['a', 'b', 'c']);
    goTo('#/alarms?enterprise=E1&source=HS-1');
    expect(shown()).toEqual(['a']);
    expect(find('narrowed-source')?.textContent).toContain('HS-1');
    goTo('#/alarms?grade=1&counted=1');
    expect(shown()).toEqual(['a']);
    expect(find<HTMLSelectElement>('filter-grade')?.selectedOptions[0]?.textContent).toContain('1');
    find('narrowed-counted')?.click();
    flushSync();
    expect(shown().sort()).toEqual(['a', 'c']);
    expect(location.hash).toBe('#/alarms?grade=1');
  });

  test('puts what is typed in the address without a step of the way back', () => {
    const steps = history.length;
    const field = find<HTMLInputElement>('alarm-filter');
    if (!field) throw new Error('no field');
    field.value = 't-b';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    flushSync();
    expect(shown()).toEqual(['b']);
    expect(parseRoute(location.hash)).toMatchObject({ narrowing: { words: 't-b' } });
    expect(history.length).toBe(steps);
  });

  test('is as it was left on the way back from another screen, and whole from itself', () => {
    goTo('#/alarms?grade=3');
    goTo('#/points/E1/T-b');
    expect(hashOf(place.toAlarms)).toBe('#/alarms?grade=3');
    goTo(hashOf(place.toAlarms));
    expect(shown()).toEqual(['b']);
    expect(hashOf(place.toAlarms)).toBe('#/alarms');
  });

  test('begins nothing anew where one is already', () => {
    place.go({ screen: 'points' });
    const { route } = place;
    expect(route).toEqual({ screen: 'points' });
    place.go({ screen: 'points' });
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    expect(place.route).toBe(route);
  });

  test('is whole for the next operator', () => {
    goTo('#/alarms?grade=3');
    place.forget();
    flushSync();
    expect(shown()).toHaveLength(3);
    expect(location.hash).toBe('#/alarms');
  });
});
