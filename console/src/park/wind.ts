import { newest, type ValueTable } from '../live/values';
import type { Late, Point } from '../point/point';

/** Whence it blows (degrees from north, clockwise) and how fast (m/s), where both are known. */
export interface Wind {
  readonly from: number;
  readonly speed: number;
  readonly tag: string;
  readonly enterprise: string;
  readonly at: number;
  readonly good: boolean;
  /** Whether either of the two is late. */
  readonly isOld: (now: number) => boolean;
}

/** The park's wind: of the first gateway that measures both. Null: nobody does, or not yet. */
export function windOf(points: readonly Point[], values: ValueTable, late: Late): Wind | null {
  for (const vane of points) {
    if (vane.kind !== 'wind_direction') continue;
    const cup = points.find(
      (each) =>
        each.kind === 'wind_speed' &&
        each.enterprise === vane.enterprise &&
        each.gateway === vane.gateway,
    );
    const from = newest(values, vane.id);
    const speed = newest(values, cup?.id ?? null);
    if (!cup || typeof from?.v !== 'number' || typeof speed?.v !== 'number') continue;
    return {
      from: from.v,
      speed: speed.v,
      tag: vane.tag,
      enterprise: vane.enterprise,
      at: Math.min(from.t, speed.t),
      good: from.q === 0 && speed.q === 0,
      isOld: (now) => late(vane, from.t, now) || late(cup, speed.t, now),
    };
  }
  return null;
}
