import type { Point } from '../point/point';

/** What an indicator runs over, in the point's unit. */
export interface Scale {
  readonly low: number;
  readonly high: number;
}

/** A limit on the scale; `condition` HH, H, L, LL, … */
export interface Tick {
  readonly condition: string;
  readonly limit: number;
}

const ROOM = 0.25;

/** The range of the instrument; without one what its limits and its value need, with room around. */
export function scaleFor(point: Point, ticks: readonly Tick[], value: number | null): Scale {
  const { rangeLow: low, rangeHigh: high } = point;
  if (low !== null && high !== null && high > low) return { low, high };
  const known = [...ticks.map((tick) => tick.limit), ...(value === null ? [] : [value])];
  if (known.length === 0) return { low: low ?? 0, high: high ?? (low ?? 0) + 100 };
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const room = Math.max((most - least) * ROOM, Math.abs(most) * ROOM, 1e-9);
  return { low: low ?? least - room, high: high ?? most + room };
}

/** Where a value stands on the scale: 0 at its low end, 1 at its high end, never beyond. */
export function shareOf(scale: Scale, value: number): number {
  return Math.min(1, Math.max(0, (value - scale.low) / (scale.high - scale.low)));
}

/** Below the scale -1, above it 1, else 0. */
export function beyond(scale: Scale, value: number): -1 | 0 | 1 {
  return value < scale.low ? -1 : value > scale.high ? 1 : 0;
}

export interface Band {
  readonly from: number;
  readonly to: number;
}

/** What is normal: between the highest low limit and the lowest high limit; null: none is set. */
export function bandOf(scale: Scale, ticks: readonly Tick[]): Band | null {
  const of = (side: RegExp): number[] =>
    ticks.filter((tick) => side.test(tick.condition)).map((tick) => tick.limit);
  const [lows, highs] = [of(/^L+$/), of(/^H+$/)];
  if (lows.length === 0 && highs.length === 0) return null;
  const from = Math.max(scale.low, ...lows);
  const to = Math.min(scale.high, ...highs);
  return from < to ? { from, to } : null;
}
