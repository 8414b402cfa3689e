import { mount, unmount } from 'svelte';
import { describe, expect, test } from 'vitest';
import ReplayDeeds from '../src/part/ReplayDeeds.svelte';
import ReplayTable from '../src/part/ReplayTable.svelte';
import { hashOf, parseRoute } from '../src/route/route';
import { parseHappening, type Happening } from '../src/replay/happening';
import { historyOf, parseSample, shownValue, trueValue, type Sample } from '../src/replay/history';
import { livesOf, rowsAt, shownAt, trueAt, type Life } from '../src/replay/life';
import { risesOf, toldRises } from '../src/replay/rise';
import { EMPTY, moved, neighbour, type Playback } from '../src/replay/playback';

const S = 1_000;
const MIN = 60 * S;
const NOON = 1_767_225_600_000;

let seq = 0;
function happening(event: string, at: number, notedAt: number, alarm: object, actor: string | null = null): Happening {
  const found = parseHappening({
    seq: ++seq,
    alarm_id: 'a',
    at: new Date(NOON + at).toISOString(),
    noted_at: new Date(NOON + notedAt).toISOString(),
    event,
    actor,
    note: null,
    alarm: {
      id: 'a',
      enterprise: 'E1',
      tag: 'GT-1',
      grade: 2,
      state: 'unacknowledged',
      raised_at: new Date(NOON).toISOString(),
      ...alarm,
    },
  });
  return found!;
}
const at = (ms: number): string => new Date(NOON + ms).toISOString();
const lifeOf = (...steps: Happening[]): Life => livesOf(steps)[0]!;

/** It rose at once, nobody knew of its worse level for a minute, somebody shelved it, it ended late. */
function story(): Life {
  const over = { grade: 1, raised_at: at(0), cleared_at: at(10 * MIN) };
  return lifeOf(
    happening('raised', 0, 1 * S, {}),
    happening('acknowledged', 30 * S, 30 * S, { state: 'acknowledged', acknowledged_by: 'li' }, 'li'),
    happening('escalated', 2 * MIN, 3 * MIN, { grade: 1 }),
    happening('shelved', 5 * MIN, 5 * MIN, { grade: 1, state: 'shelved' }, 'li'),
    happening('cleared', 10 * MIN, 12 * MIN, { ...over, state: 'normal', closed_as: 'cleared' }),
  );
}

describe('the strip of a replay', () => {
  test('has the gravest grade of an alarm that came down again before its end', () => {
    const steps = [
      happening('raised', 0, 1 * S, {}),
      happening('escalated', 2 * MIN, 3 * MIN, { grade: 1 }),
      happening('deescalated', 4 * MIN, 4 * MIN, { grade: 2 }),
      happening('cleared', 5 * MIN, 5 * MIN, { grade: 2, cleared_at: at(5 * MIN), state: 'returned_unacknowledged' }),
    ];
    expect(risesOf(livesOf([...steps]))).toEqual([
      { at: NOON, grade: 2 },
      { at: NOON + 2 * MIN, grade: 1 },
    ]);
    expect(toldRises(steps)).toEqual([
      { at: NOON + 1 * S, grade: 2 },
      { at: NOON + 3 * MIN, grade: 1 },
    ]);
  });

  test('has what began before the record that was read where it began', () => {
    const life = lifeOf(happening('acknowledged', 30 * S, 30 * S, { state: 'acknowledged', grade: 3 }, 'li'));
    expect(risesOf([life])).toEqual([{ at: NOON, grade: 3 }]);
  });
});

describe('an alarm in the past', () => {
  test('was true from its beginning to its end, at the level of the moment', () => {
    const life = story();
    const grades = [-1, 0, 119_999, 2 * MIN, 10 * MIN - 1, 10 * MIN].map(
      (ms) => trueAt(life, NOON + ms)?.grade ?? null,
    );
    expect(grades).toEqual([null, 2, 2, 1, 1, null]);
  });

  test('was on the screen as the consoles were told, with what people did', () => {
    const life = story();
    const states = [0, 1 * S, 30 * S, 3 * MIN, 5 * MIN, 11 * MIN, 12 * MIN].map(
      (ms) => shownAt(life, NOON + ms)?.state ?? null,
    );
    expect(states).toEqual([
      null,
      'unacknowledged',
      'acknowledged',
      'unacknowledged',
      'shelved',
      'shelved',
      null,
    ]);
    expect(shownAt(life, NOON + 40 * S)?.acknowledgedBy).toBe('li');
  });

  test('is told apart where the screen was behind, and by how much', () => {
    const told = (ms: number) => {
      const [row] = rowsAt([story()], NOON + ms);
      return [row?.difference, row?.late];
    };
    expect(told(500)).toEqual([null, null]);
    expect(told(2.5 * MIN)).toEqual(['level', MIN]);
    expect(told(11 * MIN)).toEqual(['unended', 2 * MIN]);
    expect(rowsAt([story()], NOON + 12 * MIN)).toEqual([]);
  });

  test('that came late was true all the while, and not on any screen', () => {
    const late = lifeOf(
      happening('raised', 0, 30 * MIN, { historical: true, state: 'acknowledged' }),
      happening('cleared', 5 * MIN, 30 * MIN, {
        historical: true,
        state: 'normal',
        closed_as: 'cleared',
        cleared_at: at(5 * MIN),
      }),
    );
    const [row] = rowsAt([late], NOON + MIN);
    expect([row?.truth?.grade, row?.shown, row?.difference, row?.late]).toEqual([2, null, 'unseen', 30 * MIN]);
    expect(rowsAt([late], NOON + 6 * MIN)).toEqual([]);
  });

  test('whose start was corrected was true from the corrected one on', () => {
    const life = lifeOf(
      happening('raised', 0, 1 * S, {}),
      happening('corrected', 20 * MIN, 20 * MIN, { raised_at: at(-5 * MIN) }),
    );
    expect(trueAt(life, NOON - 4 * MIN)?.grade).toBe(2);
    expect(shownAt(life, NOON - 4 * MIN)).toBeNull();
    expect(shownAt(life, NOON + MIN)?.raisedAt).toBe(NOON);
  });

  test('that returned and waits is no difference: the screen says that it is over', () => {
    const life = lifeOf(
      happening('raised', 0, 0, {}),
      happening('returned', MIN, MIN, { state: 'returned_unacknowledged', cleared_at: at(MIN) }),
    );
    const [row] = rowsAt([life], NOON + 2 * MIN);
    expect([row?.truth, row?.shown?.state, row?.difference]).toEqual([null, 'returned_unacknowledged', null]);
  });

  test('of which a field cannot be read is left out, not guessed', () => {
    expect(parseHappening({ alarm_id: 'a', alarm: { id: 'a' }, at: 'soon', noted_at: 1 })).toBeNull();
    expect(parseHappening(null)).toBeNull();
  });

  test('comes out the same in whatever order its record is read', () => {
    const steps = [...story().told];
    const mixed = livesOf([...steps].reverse())[0]!;
    for (let ms = -MIN; ms < 14 * MIN; ms += 7 * S) {
      expect(rowsAt([mixed], NOON + ms)).toEqual(rowsAt([lifeOf(...steps)], NOON + ms));
    }
  });
});

describe('the replay', () => {
  const hour = { start: NOON, end: NOON + 60 * MIN };
  const loaded = moved(EMPTY, { do: 'load', over: hour });
  const playing: Playback = moved(loaded, { do: 'toggle' });

  test('runs as many times as fast as was chosen, and stops at the end', () => {
    const fast = moved(playing, { do: 'speed', speed: 60 });
    expect(moved(fast, { do: 'tick', passed: S }).at).toBe(NOON + MIN);
    const end = moved(fast, { do: 'tick', passed: 61 * S });
    expect([end.at, end.playing]).toEqual([hour.end, false]);
    expect(moved(end, { do: 'toggle' })).toMatchObject({ at: hour.start, playing: true });
  });

  test('stands still while it is paused, and never runs backwards', () => {
    expect(moved(loaded, { do: 'tick', passed: S })).toBe(loaded);
    expect(moved(playing, { do: 'tick', passed: -S }).at).toBe(NOON);
  });

  test('goes anywhere in its time and nowhere beyond', () => {
    expect(moved(playing, { do: 'seek', at: NOON + 5 })).toMatchObject({ at: NOON + 5, playing: true });
    expect(moved(playing, { do: 'step', by: -10 * S }).at).toBe(NOON);
    expect(moved(playing, { do: 'seek', at: NOON + 99 * 60 * MIN }).at).toBe(hour.end);
  });

  test('has six speeds, one after the other', () => {
    const speeds = [loaded];
    for (let i = 0; i < 4; i += 1) speeds.push(moved(speeds.at(-1)!, { do: 'faster' }));
    expect(speeds.map((each) => each.speed)).toEqual([10, 30, 60, 60, 60]);
    expect(moved(loaded, { do: 'slower' }).speed).toBe(5);
  });

  test('plays nothing before something is read', () => {
    expect(moved(EMPTY, { do: 'toggle' }).playing).toBe(false);
  });

  test('goes from event to event', () => {
    const moments = [NOON + 1, NOON + 5];
    expect(neighbour(moments, NOON, 1)).toBe(NOON + 1);
    expect(neighbour(moments, NOON + 5, 1)).toBeNull();
    expect(neighbour(moments, NOON + 5, -1)).toBe(NOON + 1);
  });

  test('has an address among the boards of the alarms', () => {
    expect(parseRoute('#/alarms/replay')).toEqual({ screen: 'alarms', view: 'replay' });
    expect(hashOf({ screen: 'alarms', view: 'replay' })).toBe('#/alarms/replay');
  });
});

describe('a value in the past', () => {
  const sample = (measured: number, received: number | null, value: number): Sample => ({
    measuredAt: measured * S,
    receivedAt: received === null ? null : received * S,
    value,
    quality: 0,
  });

  test('was true when it was measured, and on the screen when it came', () => {
    const history = historyOf([sample(10, 11, 1), sample(20, 80, 2), sample(30, 31, 3)]);
    expect([9, 10, 20, 30].map((s) => trueValue(history, s * S)?.value ?? null)).toEqual([null, 1, 2, 3]);
    expect([10, 11, 30, 31, 99].map((s) => shownValue(history, s * S)?.value ?? null)).toEqual([null, 1, 1, 3, 3]);
  });

  test('of a clock that runs ahead is judged when it came, and does not hide later ones', () => {
    const history = historyOf([sample(500, 11, 1), sample(12, 12, 2)]);
    expect(shownValue(history, 13 * S)?.value).toBe(2);
  });

  test('that is rolled up was true, and nobody can say when it was shown', () => {
    const history = historyOf([sample(10, null, 1)]);
    expect(trueValue(history, 11 * S)?.value).toBe(1);
    expect(shownValue(history, 11 * S)).toBeNull();
  });

  test('is read with both of its times', () => {
    const read = parseSample({ measured_at: at(0), received_at: at(S), value: null, quality: 'bad' });
    expect(read).toEqual({ measuredAt: NOON, receivedAt: NOON + S, value: null, quality: 2 });
    expect(parseSample({ measured_at: at(0), mean: 4, quality: 'good' })).toMatchObject({ value: 4, receivedAt: null });
  });
});

describe('what has no room', () => {
  const target = (): HTMLElement => document.body.appendChild(document.createElement('div'));
  const text = (within: HTMLElement, testid: string): string | null =>
    within.querySelector(`[data-testid="${testid}"]`)?.textContent ?? null;

  test.each([
    [200, null],
    [201, /201.*200/],
  ])('of %i alarms of one moment is said', async (count, said) => {
    const flood = Array.from({ length: count }, (_, i) => happening('raised', 0, 0, { id: `a${i}` }));
    const lives = flood.flatMap((each) => livesOf([{ ...each, alarmId: each.alarm.id }]));
    const within = target();
    const table = mount(ReplayTable, { target: within, props: { rows: rowsAt(lives, NOON + S), loaded: true } });
    expect(within.querySelectorAll('[data-testid="replay-row"]')).toHaveLength(200);
    if (said === null) expect(text(within, 'replay-listed')).toBeNull();
    else expect(text(within, 'replay-listed')).toMatch(said);
    await unmount(table);
  });

  test('of what was done is said, and the newest stays', async () => {
    const deeds = Array.from({ length: 41 }, (_, i) => happening('raised', -i * S, -i * S, {}));
    const within = target();
    const list = mount(ReplayDeeds, { target: within, props: { deeds } });
    expect(within.querySelectorAll('li')).toHaveLength(40);
    expect(text(within, 'replay-deeds-listed')).toMatch(/41.*40/);
    await unmount(list);
  });
});
