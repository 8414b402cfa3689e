import { expect, test } from 'vitest';
import { laid, parseGround, type Plan } from '../src/park/ground';
import type { Degrees } from '../src/park/object';
import { Plane } from '../src/park/plane';
import { addressOf, MOST_TILES, tilesOver } from '../src/park/tile';

const plane = new Plane([107.45, 38.215]);
const M = 1 / 111_320;
const SHRINK = Math.cos((38.215 * Math.PI) / 180);
/** So many metres east and north of the plane's middle. */
const at = (east: number, north: number): Degrees => [107.45 + (east * M) / SHRINK, 38.215 + north * M];
const plan = (...corners: [Degrees, Degrees, Degrees]): Plan => ({
  picture: 'data:image/png;base64,AA==',
  width: 200,
  height: 100,
  corners,
});

/** Where a pixel of the picture comes to lie, metres east and north. */
function falls(from: Plan, px: number, py: number): [number, number] {
  const { matrix: [a, b, c, d, e, f], southWest, northEast } = laid(from, plane);
  return [southWest[0] + a * px + c * py + e, northEast[1] - (b * px + d * py + f)];
}

function near(found: readonly number[], wanted: readonly number[], within: number): void {
  found.forEach((each, i) => expect(Math.abs(each - (wanted[i] ?? NaN))).toBeLessThan(within));
}

test('a plane leads there and back', () => {
  for (const spot of [at(0, 0), at(3_000, -2_000), at(-4_999, 4_999)]) {
    near(plane.degrees(plane.metres(spot)), spot, 1e-12);
  }
});

test('a plan to the north lies as it is', () => {
  const north = plan(at(-1_000, 500), at(1_000, 500), at(-1_000, -500));
  const { width, height, matrix } = laid(north, plane);
  near([width, height], [2_000, 1_000], 1e-6);
  near(matrix, [10, 0, 0, 10, 0, 0], 1e-9);
  near(falls(north, 100, 50), [0, 0], 1e-6);
});

test('a plan in another direction lies with its corners where they are', () => {
  // Turned by 30 degrees to the west of north, twice as wide as high.
  const turn = (x: number, y: number): Degrees => {
    const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    return at(x * cos - y * sin, x * sin + y * cos);
  };
  const turned = plan(turn(-800, 400), turn(800, 400), turn(-800, -400));
  const corners: [number, number, Degrees][] = [
    [0, 0, turn(-800, 400)],
    [200, 0, turn(800, 400)],
    [0, 100, turn(-800, -400)],
    [200, 100, turn(800, -400)],
    [100, 50, at(0, 0)],
  ];
  for (const [px, py, where] of corners) near(falls(turned, px, py), plane.metres(where), 1e-6);
  const { matrix, width, height } = laid(turned, plane);
  for (const [x, y] of [[0, 0], [200, 0], [0, 100], [200, 100]] as const) {
    const [a, b, c, d, e, f] = matrix;
    expect(a * x + c * y + e).toBeGreaterThan(-1e-6);
    expect(a * x + c * y + e).toBeLessThan(width + 1e-6);
    expect(b * x + d * y + f).toBeGreaterThan(-1e-6);
    expect(b * x + d * y + f).toBeLessThan(height + 1e-6);
  }
});

test('the plan upside down is upside down', () => {
  const turned = plan(at(1_000, -500), at(-1_000, -500), at(1_000, 500));
  near(falls(turned, 0, 0), [1_000, -500], 1e-6);
  near(laid(turned, plane).matrix, [-10, 0, 0, -10, 2_000, 1_000], 1e-9);
});

test('tiles are named as a map server names them', () => {
  // The Forbidden City on level 12, by the rule of the servers (slippy map).
  const [tile] = tilesOver([116.39, 39.91], [116.391, 39.911], 29.2);
  expect(tile).toMatchObject({ z: 12, x: 3372, y: 1551 });
  expect(addressOf('https://m.example/{z}/{x}/{y}.png', tile!)).toBe('https://m.example/12/3372/1551.png');
});

test('tiles cover what is in sight without a gap, each within a pixel of its size', () => {
  const [southWest, northEast] = [at(-2_000, -1_500), at(2_000, 1_500)];
  const tiles = tilesOver(southWest, northEast, 4);
  const west = Math.min(...tiles.map((each) => each.northWest[0]));
  const east = Math.max(...tiles.map((each) => each.southEast[0]));
  const north = Math.max(...tiles.map((each) => each.northWest[1]));
  const south = Math.min(...tiles.map((each) => each.southEast[1]));
  expect(west <= southWest[0] && south <= southWest[1] && east >= northEast[0] && north >= northEast[1]).toBe(true);
  for (const tile of tiles) {
    const beside = tiles.find((each) => each.x === tile.x + 1 && each.y === tile.y);
    if (beside) expect(beside.northWest[0]).toBeCloseTo(tile.southEast[0], 12);
    const [[left, top], [right, bottom]] = [plane.metres(tile.northWest), plane.metres(tile.southEast)];
    expect(Math.abs((right - left) / (top - bottom) - 1)).toBeLessThan(1 / 256);
  }
  const perPixel = (plane.metres(tiles[0]!.southEast)[0] - plane.metres(tiles[0]!.northWest)[0]) / 256;
  expect(perPixel).toBeGreaterThan(4 / Math.SQRT2 - 0.01);
  expect(perPixel).toBeLessThan(4 * Math.SQRT2 + 0.01);
});

test('more tiles than a screen shows are not asked for', () => {
  expect(tilesOver([100, 30], [120, 45], 1)).toEqual([]);
  // A screen of 3840 × 2160 between two levels.
  const wide = tilesOver(at(-1920 * 2, -1080 * 2), at(1920 * 2, 1080 * 2), 2);
  expect(wide.length).toBeGreaterThan(0);
  expect(wide.length).toBeLessThanOrEqual(MOST_TILES);
});

test('what is no picture, or has no corners, is no plan', () => {
  const known = { picture: 'data:image/png;base64,AA==', width: 2, height: 1, corners: [[1, 2], [2, 2], [1, 1]] };
  expect(parseGround({ plan: known, tiles: null, faults: [] })?.plan?.corners[2]).toEqual([1, 1]);
  for (const bad of [{ picture: 'https://elsewhere/x.png' }, { corners: [[1, 2]] }, { width: 0 }]) {
    expect(parseGround({ plan: { ...known, ...bad } })).toEqual({ plan: null, tiles: null, faults: [] });
  }
});
