import { expect, test } from 'vitest';
import { Samples } from '../src/point/columns';
import type { Reading } from '../src/point/reading';

const at = (second: number, value: number | null = second): Reading => ({
  at: second * 1000,
  value,
  min: null,
  max: null,
  quality: value === null ? 2 : 0,
});
const number = (reading: Reading) => (typeof reading.value === 'number' ? reading.value : null);
const drawn = (samples: Samples, from = 0, until = 1e9) => {
  const [xs, mean] = samples.columns(from, until);
  return xs.map((x, i) => [Math.round(x), mean[i]]);
};

test('no line is drawn where nothing was measured', () => {
  const samples = new Samples(number, 1);
  samples.fill([at(1), at(2), at(3), at(60), at(61)]);
  expect(drawn(samples)).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
    [3, null],
    [60, 60],
    [61, 61],
  ]);
});

test('a bad value is a gap, not a zero', () => {
  const samples = new Samples(number, 1);
  samples.fill([at(1), at(2, null), at(3)]);
  expect(drawn(samples)[1]).toEqual([2, null]);
});

test('roll-ups of a minute are no gaps of a point that reports each second', () => {
  const samples = new Samples(number, 1);
  samples.fill([at(60), at(120), at(180), at(240)]);
  expect(drawn(samples).length).toBe(4);
});

test('a state holds until the next one, up to now', () => {
  const samples = new Samples(number, null);
  samples.fill([at(1, 0), at(500, 1)]);
  expect(drawn(samples, 0, 900)).toEqual([
    [1, 0],
    [500, 1],
    [900, 1],
  ]);
});

test('a live value comes at the end; the same one again, or an older one, does not', () => {
  const samples = new Samples(number, 1);
  samples.fill([at(1), at(2)]);
  samples.append(at(2));
  samples.append(at(1));
  samples.append(at(3));
  expect(drawn(samples).map(([x]) => x)).toEqual([1, 2, 3]);
});

test('a page that is open all shift forgets what has left the picture', () => {
  const samples = new Samples(number, 1);
  samples.fill([]);
  for (let second = 1; second <= 50_000; second++) {
    samples.append(at(second));
    if (second % 1_000 === 0) samples.columns(second - 900, second);
  }
  const [xs] = samples.columns(49_100, 50_000);
  expect(xs.length).toBeLessThan(1_200);
  expect(xs[0]).toBeLessThanOrEqual(49_100);
});
