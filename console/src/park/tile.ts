import type { Degrees } from './object';

/** A square of a map server's (Web Mercator): its name, and where its corners are. */
export interface Tile {
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly northWest: Degrees;
  readonly southEast: Degrees;
}

const TILE_PX = 256;
const EQUATOR_M = 40_075_016.7;
const DEEPEST = 19;
const FLATTEST = 3;
/** A screen of 3840 × 2160 takes 15 × 9 of them, and as many again between two levels. */
export const MOST_TILES = 300;
const RADIANS = Math.PI / 180;

/**
 * The tiles that cover what lies between two corners (degrees, WGS 84), on the level whose pixels
 * are nearest to `metres` a pixel. None: there would be more than a screen shows.
 */
export function tilesOver(southWest: Degrees, northEast: Degrees, metres: number): readonly Tile[] {
  const middle = (southWest[1] + northEast[1]) / 2;
  const exact = Math.log2((EQUATOR_M * Math.cos(middle * RADIANS)) / (TILE_PX * metres));
  const z = Math.min(Math.max(Math.round(exact), FLATTEST), DEEPEST);
  const count = 2 ** z;
  const within = (n: number): number => Math.min(Math.max(Math.floor(n), 0), count - 1);
  const [left, right] = [within(column(southWest[0], z)), within(column(northEast[0], z))];
  const [top, bottom] = [within(row(northEast[1], z)), within(row(southWest[1], z))];
  if ((right - left + 1) * (bottom - top + 1) > MOST_TILES) return [];
  const tiles: Tile[] = [];
  for (let y = top; y <= bottom; y += 1) {
    for (let x = left; x <= right; x += 1) {
      tiles.push({ z, x, y, northWest: cornerAt(x, y, z), southEast: cornerAt(x + 1, y + 1, z) });
    }
  }
  return tiles;
}

export function addressOf(template: string, { z, x, y }: Tile): string {
  return template.replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y));
}

function column(lon: number, z: number): number {
  return ((lon + 180) / 360) * 2 ** z;
}

function row(lat: number, z: number): number {
  return ((1 - Math.asinh(Math.tan(lat * RADIANS)) / Math.PI) / 2) * 2 ** z;
}

function cornerAt(x: number, y: number, z: number): Degrees {
  const count = 2 ** z;
  const lat = Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / count))) / RADIANS;
  return [(x / count) * 360 - 180, lat];
}
