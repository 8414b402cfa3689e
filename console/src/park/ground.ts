import { isJson, list, number, text } from '../api/parse';
import type { Degrees } from './object';
import type { Metres, Plane } from './plane';

/** A picture of the park's plan. */
export interface Plan {
  /** A `data:` URL. */
  readonly picture: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Where its upper left, upper right and lower left corners are. */
  readonly corners: readonly [Degrees, Degrees, Degrees];
}

/** What lies under the park's objects (`GET /map/ground`). */
export interface Ground {
  readonly plan: Plan | null;
  /** A URL with `{z}`, `{x}`, `{y}`; null: there is no map server. */
  readonly tiles: string | null;
  /** Why what was set is not shown. */
  readonly faults: readonly string[];
}

export function parseGround(raw: unknown): Ground | null {
  if (!isJson(raw)) return null;
  return {
    plan: parsePlan(raw['plan']),
    tiles: text(raw['tiles']),
    faults: list(raw['faults']).flatMap((each) => text(each) ?? []),
  };
}

function parsePlan(raw: unknown): Plan | null {
  if (!isJson(raw)) return null;
  const [picture, width, height] = [text(raw['picture']), number(raw['width']), number(raw['height'])];
  const corners = list(raw['corners']).map(spot);
  const [left, right, low] = corners;
  if (!picture?.startsWith('data:image/') || !width || !height || !left || !right || !low) return null;
  return { picture, width, height, corners: [left, right, low] };
}

function spot(raw: unknown): Degrees | null {
  const [lon, lat] = list(raw).map(number);
  return lon == null || lat == null ? null : [lon, lat];
}

/** A picture on the plane: the box around it in metres, and its place in that box. */
export interface Laid {
  readonly southWest: Metres;
  readonly northEast: Metres;
  /** The box in metres: what the picture is drawn in, its origin the north-western corner, y down. */
  readonly width: number;
  readonly height: number;
  /** From pixels of the picture into that box, as `matrix(a b c d e f)` of SVG takes it. */
  readonly matrix: readonly [number, number, number, number, number, number];
}

/**
 * The plan on the plane, in whatever direction it stands: its upper edge leads from the first corner
 * to the second, its left edge from the first to the third.
 */
export function laid(plan: Plan, plane: Plane): Laid {
  const [left, right, low] = plan.corners.map((corner) => plane.metres(corner)) as [Metres, Metres, Metres];
  const last: Metres = [right[0] + low[0] - left[0], right[1] + low[1] - left[1]];
  const all = [left, right, low, last];
  const [west, east] = [Math.min(...all.map(([x]) => x)), Math.max(...all.map(([x]) => x))];
  const [south, north] = [Math.min(...all.map(([, y]) => y)), Math.max(...all.map(([, y]) => y))];
  return {
    southWest: [west, south],
    northEast: [east, north],
    width: east - west,
    height: north - south,
    matrix: [
      (right[0] - left[0]) / plan.width,
      (left[1] - right[1]) / plan.width,
      (low[0] - left[0]) / plan.height,
      (left[1] - low[1]) / plan.height,
      left[0] - west,
      north - left[1],
    ],
  };
}
