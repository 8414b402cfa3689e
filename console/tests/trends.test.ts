import { describe, expect, test } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import type { Reading } from '../src/point/reading';
import { parsePoint } from '../src/point/point';
import { hashOf, parseRoute } from '../src/route/route';
import { isStepped, scaleOf, tableOf, type Line } from '../src/trends/line';
import { deedOf } from '../src/trends/deed';
import { aroundOne, axisWidth, leftEdges } from '../src/trends/label';
import { isBack, marksOf, SIGNS, WHATS } from '../src/trends/mark';
import { cell, sheetOf } from '../src/trends/sheet';
import { CLOSEST_MS, earlier, headingOf, moved, offsetOf, scaled, SPANS, zoomed } from '../src/trends/span';

const LEVEL = parsePoint({ id: 1, enterprise: 'E1', tag: 'LT-1', kind: 'level', unit: '%', period_s: 1 })!;
const VALVE = parsePoint({ id: 2, enterprise: 'E1', tag: 'dev/XV-1', kind: 'valve', unit: '', reporting: 'on_change' })!;

const at = (seconds: number, value: number | string | null, quality: 0 | 1 | 2 = 0): Reading => ({
  at: seconds * 1000,
  value,
  min: null,
  max: null,
  quality,
});
const line = (point: typeof LEVEL, readings: readonly Reading[]): Line => ({
  point,
  style: 0,
  compared: false,
  readings,
});

describe('a line', () => {
  test('is broken where nothing was measured and where the value was bad', () => {
    const readings = [at(1, 10), at(2, 11), at(3, 12, 2), at(4, 13), at(60, 14)];
    const [xs, ys] = tableOf(line(LEVEL, readings), 0);
    expect(ys).toEqual([10, 11, null, 13, null, 14]);
    expect(xs.at(-2)).toBeCloseTo(4.001);
  });

  test('of what reports on change holds across any time', () => {
    const [, ys] = tableOf(line(VALVE, [at(1, 'closed'), at(9_000, 'open')]), 0);
    expect(ys).toEqual([0, 1]);
  });

  test('of an earlier time is moved onto this one', () => {
    expect(tableOf(line(LEVEL, [at(1, 10)]), 3_600_000)[0]).toEqual([3601]);
  });

  test('never goes back in time, which nothing could draw', () => {
    expect(tableOf(line(LEVEL, [at(2, 1), at(2, 2), at(1, 3)]), 0)[0]).toEqual([2]);
  });

  test('shares its axis with the others of its unit; states have one each', () => {
    expect(scaleOf(LEVEL)).toBe('%');
    expect(scaleOf(VALVE)).toBe('E1/dev/XV-1');
  });
});

test('an axis of states is as wide as its longest name needs, and none is narrower than one of numbers', () => {
  const widthOf = (name: string): number => name.length * 7;
  expect(axisWidth(['In service', 'Operational bypass'], widthOf, 67)).toBe(18 * 7 + 20);
  expect(axisWidth(['开', '关'], widthOf, 67)).toBe(67);
});

describe('the sheet', () => {
  test('has a row for each time, and says what was bad', () => {
    const sheet = sheetOf([
      line(LEVEL, [at(0, 10), at(1, -3, 2)]),
      line(VALVE, [at(1, 1)]),
    ]);
    const rows = sheet.replace('\uFEFF', '').trim().split('\r\n');
    expect(rows[0]).toBe('time,E1/LT-1 (%),E1/LT-1 quality,E1/dev/XV-1,E1/dev/XV-1 quality');
    expect(rows[1]).toBe('1970-01-01T00:00:00.000Z,10,good,,');
    expect(rows[2]).toBe('1970-01-01T00:00:01.000Z,-3,bad,open,good');
  });

  test('has the ends beside a mean, of the points that have any', () => {
    const mean: Reading = { at: 60_000, value: 10, min: -2, max: 98.5, quality: 0 };
    const sheet = sheetOf([line(LEVEL, [mean, { ...mean, at: 120_000, min: null, max: null, value: null }]), line(VALVE, [at(60, 1)])]);
    const rows = sheet.replace('\uFEFF', '').trim().split('\r\n');
    expect(rows[0]).toBe(
      'time,E1/LT-1 mean (%),E1/LT-1 min,E1/LT-1 max,E1/LT-1 quality,E1/dev/XV-1,E1/dev/XV-1 quality',
    );
    expect(rows[1]).toBe('1970-01-01T00:01:00.000Z,10,-2,98.5,good,open,good');
    expect(rows[2]).toBe('1970-01-01T00:02:00.000Z,,,,good,,');
  });

  test('holds no formula', () => {
    expect(cell('=1+1')).toBe("'=1+1");
    expect(cell('-cmd|x')).toBe("'-cmd|x");
    expect(cell('a,"b"')).toBe('"a,""b"""');
  });
});

test('marks are of what rose, was acknowledged and returned inside the time', () => {
  const alarm = parseAlarm({
    id: 'a',
    enterprise: 'E1',
    tag: 'LT-1',
    grade: 2,
    state: 'acknowledged',
    raised_at: '1970-01-01T00:00:10Z',
    acknowledged_at: '1970-01-01T00:00:20Z',
    acknowledged_by: 'wang',
  })!;
  expect(marksOf([alarm], 0, 15_000).map((mark) => mark.what)).toEqual(['raised']);
  expect(marksOf([alarm], 0, 30_000)[1]).toMatchObject({ what: 'acknowledged', by: 'wang' });
  const told = (event: string, second: number) =>
    deedOf({ event, at: `1970-01-01T00:00:${second}Z`, body: { actor: 'li', alarm: { grade: 1 } } }, alarm);
  const shelved = told('shelved', 25)!;
  expect(shelved).toEqual({ at: 25_000, what: 'shelved', grade: 1, tag: 'LT-1', by: 'li' });
  // Both tell of it: one mark.
  const twice = marksOf([alarm], 0, 30_000, [told('acknowledged', 20)!]);
  expect(twice.filter((mark) => mark.what === 'acknowledged')).toHaveLength(1);
  // Its own times tell that it rose.
  expect(told('raised', 10)).toBeNull();
  expect(marksOf([alarm], 0, 30_000, [shelved]).at(-1)).toBe(shelved);
  expect(marksOf([alarm], 0, 24_000, [shelved]).map((mark) => mark.what)).not.toContain('shelved');
});

test('what a mark stands for is told without colour', () => {
  const told = WHATS.map((what) => `${SIGNS[what]}${isBack(what) ? ' struck through' : ''}`);
  expect(new Set(told).size).toBe(WHATS.length);
});

test('nobody zooms closer than can be told apart, in whichever way it is drawn', () => {
  expect(zoomed(5_000, 1_000)).toEqual({ start: -2_000, end: 8_000 });
  expect(zoomed(0, 60_000)).toEqual({ start: 0, end: 60_000 });
  expect(zoomed(5, 5).end - zoomed(5, 5).start).toBe(CLOSEST_MS);
  expect(earlier({ start: 10, end: 20 }, 4)).toEqual({ start: 6, end: 16 });
});

test('the points of a trend stand in its address, also where a tag holds a slash', () => {
  const route = { screen: 'trends', points: ['E1/LT-1', 'E1/dev/XV-1'] } as const;
  expect(parseRoute(hashOf(route))).toEqual(route);
  expect(parseRoute('#/trends')).toEqual({ screen: 'trends', points: [] });
});

test('what is compared stands in the address: a shift, or when the other period began by the clock of the park', () => {
  const eight = Date.parse('2026-01-31T08:00:00+08:00');
  for (const against of ['24h', '7d', '30d', eight] as const) {
    const route = { screen: 'trends', points: ['E1/LT-1?'], against } as const;
    expect(parseRoute(hashOf(route))).toEqual(route);
  }
  expect(hashOf({ screen: 'trends', points: ['E1/LT-1'], against: eight })).toBe('#/trends/E1/LT-1?against=2026-01-31T08:00');
  expect(parseRoute('#/trends/E1/LT-1?against=tomorrow')).toEqual({ screen: 'trends', points: ['E1/LT-1'] });
});

test('a period of choice is as long as the one that is shown, and stays while that moves on', () => {
  const began = 1_000_000;
  for (const period of [{ start: 5_000_000, end: 8_600_000 }, { start: 5_010_000, end: 8_610_000 }]) {
    expect(earlier(period, offsetOf(began, period))).toEqual({ start: began, end: began + 3_600_000 });
  }
  const before = { start: 100_000, end: 200_000 };
  expect(earlier(before, offsetOf(began, before)).start).toBe(began);
  expect([offsetOf(null, before), offsetOf('24h', before)]).toEqual([0, 86_400_000]);
});

test('by keys the time is halved and doubled around its middle, never into the future or beyond a year', () => {
  const hour = { start: 0, end: 3_600_000 };
  expect(scaled(hour, 0.5, 9e12)).toEqual({ start: 900_000, end: 2_700_000 });
  expect(scaled(hour, 2, 3_600_000)).toEqual({ start: -3_600_000, end: 3_600_000 });
  const year = { start: 0, end: SPANS['1y'] };
  const wider = scaled(year, 2, 9e12);
  expect(wider.end - wider.start).toBe(SPANS['1y']);
  expect(scaled({ start: 0, end: CLOSEST_MS }, 0.5, 9e12)).toEqual({ start: 0, end: CLOSEST_MS });
});

test('the moment that is read moves by keys, and stays within what is shown', () => {
  const hour = { start: 1_000_000, end: 1_000_000 + SPANS['1h'] };
  const step = SPANS['1h'] / 120;
  expect(moved(null, 'ArrowLeft', false, hour)).toBe(hour.end - step);
  expect(moved(hour.start + step, 'ArrowRight', true, hour)).toBe(hour.start + 11 * step);
  expect(moved(hour.start + step, 'ArrowLeft', true, hour)).toBe(hour.start);
  expect(moved(hour.end, 'ArrowRight', false, hour)).toBe(hour.end);
  expect(moved(null, 'Home', false, hour)).toBe(hour.start);
  expect(moved(null, 'End', false, hour)).toBe(hour.end);
  // Read a while ago, it has left on the left: the first step is from the edge.
  expect(moved(0, 'ArrowRight', false, hour)).toBe(hour.start + step);
  expect(moved(null, 'a', false, hour)).toBeNull();
});

test('the limits of two points at one height are written beside each other, not over each other', () => {
  const at = (y: number, width: number) => ({ y, width });
  expect(leftEdges([at(100, 50), at(100, 40), at(95, 30), at(200, 50)], 6, 16, 10)).toEqual([6, 66, 116, 6]);
});

test('what reports on change is drawn in steps, and what reports by its period is not', () => {
  expect(isStepped(VALVE)).toBe(true);
  expect(isStepped({ ...LEVEL, onChange: true })).toBe(true);
  expect(isStepped({ ...LEVEL, onChange: false })).toBe(false);
});

test('a picture says which earlier period it is compared with', () => {
  const period = { start: Date.parse('2026-03-02T00:00:00Z'), end: Date.parse('2026-03-02T01:00:00Z') };
  expect(headingOf(period, 0, '对比')).not.toContain('对比');
  const [own, before] = headingOf(period, SPANS['24h'], '对比').split(' · 对比 ');
  expect(own).toContain('03-02');
  expect(before).toContain('03-01');
});

test.each([
  [95, [85.5, 104.5]],
  [-20, [-22, -18]],
  [0, [-1, 1]],
  [0.02, [0.018, 0.022]],
])('around %s alone the axis does not go from nothing to its double', (value, shown) => {
  const [low, high] = aroundOne(value);
  expect(low).toBeCloseTo(shown[0]!);
  expect(high).toBeCloseTo(shown[1]!);
});
