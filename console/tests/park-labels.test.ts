import { expect, test } from 'vitest';
import { apart, overlap, type Label } from '../src/park/label';

const SIZE = { x: 1000, y: 600 };
const of = (item: string, x: number, y: number, width = 50): Label<string> => ({ item, x, y, width, height: 24 });

function overlapping(labels: readonly Label<unknown>[]): number {
  return labels.flatMap((a, i) => labels.slice(i + 1).filter((b) => overlap(a, b))).length;
}

test('labels with room stay on their spots', () => {
  const laid = apart([of('a', 100, 100), of('b', 300, 100)], [], SIZE);
  expect(laid.map(({ x, y, moved }) => [x, y, moved])).toEqual([
    [100, 100, false],
    [300, 100, false],
  ]);
});

test('of two on one spot the second steps aside and says where it belongs', () => {
  const [first, second] = apart([of('a', 400, 300), of('b', 404, 302)], [], SIZE);
  expect(first).toMatchObject({ x: 400, y: 300, moved: false });
  expect(second).toMatchObject({ spotX: 404, spotY: 302, moved: true });
  expect(overlap(first!, second!)).toBe(false);
  expect(Math.hypot(second!.x - 404, second!.y - 302)).toBeLessThan(2 * 24);
});

test('a dozen along a road lie side by side, all in sight', () => {
  const road = Array.from({ length: 12 }, (_, i) => of(`RD-${i}`, 960, 14 + i * 6));
  const laid = apart(road, [], SIZE);
  expect(overlapping(road)).toBeGreaterThan(12);
  expect(overlapping(laid)).toBe(0);
  expect(laid.every(({ x, y }) => x <= SIZE.x - 25 && y >= 12)).toBe(true);
});

test('no label lies over the name of an enterprise', () => {
  const name = { x: 500, y: 300, width: 200, height: 24 };
  const [laid] = apart([of('a', 500, 300)], [name], SIZE);
  expect(overlap(laid!, name)).toBe(false);
});

test('what is in sight at the edge has its whole label in sight; what is not in sight is left alone', () => {
  const [edge, outside] = apart([of('a', 4, 300), of('b', -40, 300)], [], SIZE);
  expect(edge!.x).toBeGreaterThanOrEqual(25);
  expect(outside).toMatchObject({ x: -40, moved: false });
});

test('where there is no room near its spot a label stays on it', () => {
  const all = { x: 500, y: 300, width: 1000, height: 600 };
  expect(apart([of('a', 500, 300)], [all], SIZE)[0]).toMatchObject({ x: 500, y: 300, moved: false });
});
