import type { ValueTable } from '../live/values';
import type { Late, Point } from '../point/point';
import type { Degrees } from './object';

const GASES = ['combustible_gas', 'toxic_gas', 'oxygen'];

export type Detector = Point & { readonly at: Degrees };

/** The gas detectors of which somebody has said where they are. */
export function detectorsOf(points: readonly Point[]): Detector[] {
  return points.filter((each): each is Detector => each.at !== null && GASES.includes(each.kind));
}

/** Whether it says what is so now: a good reading that is not late. */
export function isHeard(point: Point, values: ValueTable, now: number, late: Late): boolean {
  const slot = values.slots.get(point.id);
  if (slot === undefined || values.q[slot] !== 0) return false;
  return !late(point, values.t[slot] ?? 0, now);
}

/** The one nearest to a spot and at most `reach` from it, all in pixels; -1: none. */
export function nearest(spots: readonly { x: number; y: number }[], x: number, y: number, reach: number): number {
  let [found, best] = [-1, reach];
  spots.forEach((each, index) => {
    const away = Math.hypot(each.x - x, each.y - y);
    if (away <= best) [found, best] = [index, away];
  });
  return found;
}
