import { expect, test } from 'vitest';
import { heatOf, parseHours, stepOf } from '../src/alarm/heat';

const HOUR = 3_600_000;
/** 2026-01-04 12:00 in Shanghai. */
const NOON = Date.parse('2026-01-04T04:00:00Z');

test('alarms stand in the day and hour of the park, and hours outside of the span are left open', () => {
  const counts = parseHours([
    { start: '2026-01-03T15:00:00Z', alarms: 2 }, // 23:00 of the third
    { start: '2026-01-03T16:00:00Z', alarms: 13 }, // midnight of the fourth
    { start: 'never', alarms: 5 },
  ]);
  const heat = heatOf(counts, NOON - 24 * HOUR, NOON + HOUR / 2);
  expect(heat.days.map((each) => [each.day, each.sum])).toEqual([['2026-01-04', 13], ['2026-01-03', 2]]);
  expect(heat.days[0]?.hours.slice(0, 2)).toEqual([13, 0]);
  expect(heat.days[0]?.hours[12]).toBe(0);
  expect(heat.days[0]?.hours[13]).toBeNull();
  expect(heat.days[1]?.hours[11]).toBeNull();
  expect(heat.days[1]?.hours[23]).toBe(2);
  expect([heat.sums[0], heat.sums[23], heat.most]).toEqual([13, 2, 13]);
});

test('a span that ends at midnight has no day more', () => {
  const midnight = Date.parse('2026-01-03T16:00:00Z');
  expect(heatOf([], midnight - 24 * HOUR, midnight).days.map((each) => each.day)).toEqual(['2026-01-03']);
});

test('the shade follows what is acceptable and what is manageable', () => {
  expect([0, 1, 6, 7, 12, 13, 30, 31, 500].map(stepOf)).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4]);
});
