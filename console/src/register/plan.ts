import { ringsOf } from './area';

export interface PlanShape {
  readonly name: string;
  readonly path: string;
  /** Where its name stands. */
  readonly x: number;
  readonly y: number;
}

/** Areas on paper: 100 units wide, as high as they are; metres across and up. */
export interface Plan {
  readonly width: number;
  readonly height: number;
  readonly across: number;
  readonly up: number;
  readonly shapes: readonly PlanShape[];
}

const WIDTH = 100;
const HIGHEST = 60;
const EDGE = 3;
const METRES_A_DEGREE = 111_320;

/** Null: nothing of it has an area. */
export function planOf(named: readonly { name: string; area: unknown }[]): Plan | null {
  const areas = named
    .map(({ name, area }) => ({ name, rings: ringsOf(area) }))
    .filter(({ rings }) => rings.length > 0);
  const corners = areas.flatMap(({ rings }) => rings.flat());
  if (corners.length === 0) return null;
  const lons = corners.map(([lon]) => lon);
  const lats = corners.map(([, lat]) => lat);
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const across = Math.max((east - west) * METRES_A_DEGREE * shrink, 1);
  const up = Math.max((north - south) * METRES_A_DEGREE, 1);
  const scale = Math.min((WIDTH - 2 * EDGE) / across, (HIGHEST - 2 * EDGE) / up);
  const left = (WIDTH - across * scale) / 2;
  const spot = ([lon, lat]: readonly [number, number]): readonly [number, number] => [
    round(left + (lon - west) * METRES_A_DEGREE * shrink * scale),
    round(EDGE + (north - lat) * METRES_A_DEGREE * scale),
  ];
  return {
    width: WIDTH,
    height: round(up * scale + 2 * EDGE),
    across: Math.round(across),
    up: Math.round(up),
    shapes: areas.map(({ name, rings }) => {
      const drawn = rings.map((ring) => ring.map(spot));
      const outline = drawn[0]?.slice(0, -1) ?? [];
      const middle = (axis: 0 | 1): number =>
        round(outline.reduce((sum, at) => sum + at[axis], 0) / Math.max(outline.length, 1));
      const path = drawn.map((ring) => `M${ring.map((at) => at.join(' ')).join('L')}Z`).join('');
      return { name, path, x: middle(0), y: middle(1) };
    }),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
