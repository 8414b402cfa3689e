import { describe, expect, test } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { isLate } from '../src/app/lateness';
import { NO_VALUES, withFrame } from '../src/live/values';
import { apart, drawnOf } from '../src/mimic/drawn';
import { bandOf, beyond, scaleFor, shareOf } from '../src/mimic/gauge';
import { leadersOf } from '../src/mimic/leader';
import { unitsOf } from '../src/mimic/unit';
import { parsePoint } from '../src/point/point';
import { hashOf, parseRoute } from '../src/route/route';

let id = 0;
const point = (kind: string, equipment: string, more: object = {}) =>
  parsePoint({ id: ++id, enterprise: 'E1', tag: `${kind}-${id}`, kind, unit: '%', equipment, period_s: 1, ...more })!;

const TICKS = [
  { condition: 'LL', limit: 5 },
  { condition: 'L', limit: 10 },
  { condition: 'H', limit: 80 },
  { condition: 'HH', limit: 90 },
];

describe('the equipment of a hazard source', () => {
  test('is drawn by what is measured at it and by the kind of unit', () => {
    const points = [
      point('toxic_gas', ''),
      point('level', 'TK-1'),
      point('pressure', 'TK-1'),
      point('valve', 'TK-1'),
      point('temperature', 'WH-1'),
      point('humidity', 'WH-1'),
      point('switch', 'P-1'),
    ];
    const forms = (unitType: string) => unitsOf(points, unitType).map((unit) => `${unit.name}:${unit.form}`);
    expect(forms('storage')).toEqual(['TK-1:tank', 'WH-1:warehouse', 'P-1:machine', ':around']);
    expect(forms('production')).toEqual(['TK-1:reactor', 'P-1:machine', 'WH-1:machine', ':around']);
  });

  test('has what is in the vessel first, detectors after it, and states apart', () => {
    const kinds = ['toxic_gas', 'valve', 'pressure', 'temperature', 'level', 'interlock'];
    const [unit] = unitsOf(kinds.map((kind) => point(kind, 'R-1')), 'production');
    expect(unit?.gauges.map((each) => each.kind)).toEqual(['level', 'temperature', 'pressure', 'toxic_gas']);
    expect(unit?.states.map((each) => each.kind)).toEqual(['valve', 'interlock']);
    expect(unit?.level?.kind).toBe('level');
  });

  test('without points is nothing', () => {
    expect(unitsOf([], 'storage')).toEqual([]);
  });
});

describe('an indicator', () => {
  const level = point('level', 'TK-1', { range_low: 0, range_high: 100 });

  test('runs over the range of its instrument, and over what it needs without one', () => {
    expect(scaleFor(level, TICKS, 50)).toEqual({ low: 0, high: 100 });
    const open = scaleFor(point('pressure', 'TK-1'), TICKS, 120);
    expect(open.low).toBeLessThan(5);
    expect(open.high).toBeGreaterThan(120);
    expect(scaleFor(point('flow', ''), [], null)).toEqual({ low: 0, high: 100 });
    const constant = scaleFor(point('flow', ''), [], 0);
    expect(constant.high).toBeGreaterThan(constant.low);
  });

  test('has its normal band between the nearest limits of both sides', () => {
    const scale = { low: 0, high: 100 };
    expect(bandOf(scale, TICKS)).toEqual({ from: 10, to: 80 });
    expect(bandOf(scale, TICKS.slice(2))).toEqual({ from: 0, to: 80 });
    expect(bandOf(scale, [])).toBeNull();
    expect(bandOf(scale, [{ condition: 'rate', limit: 3 }])).toBeNull();
  });

  test('stays at its end for a value beyond it, and says so', () => {
    const scale = { low: 0, high: 100 };
    expect([shareOf(scale, -5), shareOf(scale, 25), shareOf(scale, 400)]).toEqual([0, 0.25, 1]);
    expect([beyond(scale, -5), beyond(scale, 100), beyond(scale, 101)]).toEqual([-1, 0, 1]);
  });

  const drawn = (t: number, v: number | null, q: number, alarm: object | null = null) =>
    drawnOf(
      level,
      withFrame(NO_VALUES, { id: [level.id], t: [t], v: [v], q: [q] }),
      TICKS,
      alarm && parseAlarm({ id: 'a', ...alarm }),
      100_000,
      isLate,
    );

  test('tells late, bad and uncertain apart', () => {
    expect(drawn(99_000, 50, 0)).toMatchObject({ share: 0.5, overdue: false, bad: false, uncertain: false });
    expect(drawn(80_000, 50, 0)).toMatchObject({ share: 0.5, overdue: true });
    expect(drawn(99_000, 50, 1)).toMatchObject({ uncertain: true });
    expect(drawn(99_000, null, 2)).toMatchObject({ share: null, bad: true });
    expect(drawnOf(level, NO_VALUES, [], null, 0, isLate)).toMatchObject({ share: null, measuredAt: null, overdue: false });
  });

  test('has a colour only from its alarm', () => {
    expect(drawn(99_000, 85, 0).grade).toBeNull();
    const waiting = drawn(99_000, 85, 0, { grade: 2, state: 'unacknowledged' });
    expect(waiting).toMatchObject({ grade: 2, waiting: true, returned: false });
    const returned = { grade: 2, state: 'returned_unacknowledged', cleared_at: '2026-01-04T16:00:00Z' };
    expect(drawn(99_000, 50, 0, returned)).toMatchObject({ grade: 2, waiting: true, returned: true });
    expect(drawn(99_000, 85, 0, { grade: 2, state: 'acknowledged' }).waiting).toBe(false);
    expect(drawn(99_000, 85, 0, { grade: 2, state: 'shelved' })).toMatchObject({ grade: null, off: 'shelved' });
  });

  test('keeps the names of limits that lie close together apart', () => {
    expect(apart([10, 12, 50], 13, 100)).toEqual([10, 23, 50]);
    expect(apart([90, 98, 100], 13, 100)).toEqual([74, 87, 100]);
    expect(apart([], 13, 100)).toEqual([]);
  });
});

test('no line from an indicator to its place crosses another one', () => {
  const frame = { vessel: { left: 32, right: 144, top: 60, bottom: 200 }, under: 40, step: 4 };
  const indicators = [0.5, 0.35, 0.94, 0.1].map((share, i) => ({ x: 200 + 94 * i, inside: i < 3, share }));
  const leaders = leadersOf(indicators, frame);
  for (const [i, one] of leaders.entries()) {
    for (const other of leaders.slice(i + 1)) {
      // Nested: what leads further right begins further left and runs above.
      expect(other.x).toBeLessThan(one.x);
      expect(other.over).toBeLessThan(one.over);
      expect(other.to).toBeGreaterThan(one.to);
    }
  }
  expect(leaders[3]!.x).toBeLessThan(frame.vessel.left);
});

test('a mimic has an address of its own below its hazard source', () => {
  const route = { screen: 'source', enterprise: 'E 1', code: 'HS/1' } as const;
  expect(hashOf(route)).toBe('#/sources/E%201/HS%2F1/mimic');
  expect(parseRoute(hashOf(route))).toEqual(route);
  expect(parseRoute('#/sources/E1/HS-1')).toEqual({ screen: 'sources', enterprise: 'E1', code: 'HS-1' });
});
