import type { Reading } from '../point/reading';
import { statesOf, type Point } from '../point/point';

/** At most so many at once: more lines than eyes can tell apart are none. */
export const MOST_LINES = 8;

/** How a line is drawn: none of the alarm colours, and dashes for those who see no colours. */
export const STYLES: readonly { readonly ink: `--line-${1 | 2 | 3 | 4}`; readonly dash: readonly number[] }[] = [
  { ink: '--line-1', dash: [] },
  { ink: '--line-2', dash: [] },
  { ink: '--line-3', dash: [] },
  { ink: '--line-4', dash: [] },
  { ink: '--line-1', dash: [8, 5] },
  { ink: '--line-2', dash: [8, 5] },
  { ink: '--line-3', dash: [8, 5] },
  { ink: '--line-4', dash: [8, 5] },
];

/** A point's readings over a period; `compared`: of the earlier one, moved onto it. */
export interface Line {
  readonly point: Point;
  readonly style: number;
  readonly compared: boolean;
  readonly readings: readonly Reading[];
}

/** A column of uPlot's: seconds, and at each the value; null is a gap. */
export type Table = [xs: number[], ys: (number | null)[]];

const GAP_TIMES = 3;

/**
 * The line as it is drawn. A bad value and a time without readings are gaps, never a line across.
 * `moved` (ms) is added to each time.
 */
export function tableOf(line: Line, moved: number): Table {
  const states = statesOf(line.point.kind);
  const xs: number[] = [];
  const ys: (number | null)[] = [];
  const usual = usualStep(line);
  let before: number | null = null;
  for (const reading of line.readings) {
    const second = (reading.at + moved) / 1000;
    if (before !== null && second <= before) continue;
    if (before !== null && second - before > usual * GAP_TIMES) {
      xs.push(before + 0.001);
      ys.push(null);
    }
    xs.push(second);
    ys.push(codeOf(reading, states));
    before = second;
  }
  return [xs, ys];
}

/** Seconds between two readings, as they come or are rolled up; without end for what reports on change. */
export function usualStep(line: Line): number {
  if (line.point.onChange || line.point.periodS === null) return Number.POSITIVE_INFINITY;
  const steps = line.readings
    .slice(1)
    .map((each, i) => (each.at - (line.readings[i]?.at ?? 0)) / 1000)
    .sort((a, b) => a - b);
  return Math.max(line.point.periodS, steps[Math.floor(steps.length / 2)] ?? 0, 1);
}

function codeOf(reading: Reading, states: readonly string[] | null): number | null {
  if (reading.quality === 2 || reading.value === null) return null;
  if (typeof reading.value === 'number') return reading.value;
  const code = states?.indexOf(reading.value) ?? -1;
  return code < 0 ? null : code;
}

/** What reports on change is as it last said until it says otherwise: a slope between the two never was. */
export function isStepped(point: Point): boolean {
  return point.onChange || statesOf(point.kind) !== null;
}

/** What a line is measured against: points of one unit share an axis, states have one each. */
export function scaleOf(point: Point): string {
  return statesOf(point.kind) === null ? point.unit || '1' : `${point.enterprise}/${point.tag}`;
}
