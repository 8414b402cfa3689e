import type { Reading } from './reading';

/** What uPlot draws: seconds, then value (or mean), minimum and maximum; null is a gap. */
export type Columns = [
  xs: number[],
  mean: (number | null)[],
  min: (number | null)[],
  max: (number | null)[],
];

/** Live values are kept for a page that stays open all shift; beyond this the oldest go. */
const MOST_SAMPLES = 20_000;
/** So many times the usual distance without a sample is a gap, and no line is drawn across it. */
const GAP_TIMES = 3;

/** The samples of a trend, oldest first. A line is drawn only where something was measured. */
export class Samples {
  private xs: number[] = [];
  private mean: (number | null)[] = [];
  private min: (number | null)[] = [];
  private max: (number | null)[] = [];
  private gapS = Number.POSITIVE_INFINITY;

  /**
   * `periodS`: how often the point reports; null where it reports on change: its value holds until
   * the next one, and there are no gaps.
   */
  constructor(
    private readonly code: (reading: Reading) => number | null,
    private readonly periodS: number | null,
  ) {}

  /** Starts anew with stored readings, oldest first. */
  fill(readings: readonly Reading[]): void {
    this.xs = [];
    this.mean = [];
    this.min = [];
    this.max = [];
    this.gapS = this.usualGap(readings);
    for (const reading of readings) this.push(reading);
  }

  /** A live value; one that is no newer than what is there changes nothing. */
  append(reading: Reading): void {
    if (reading.at / 1000 > (this.xs.at(-1) ?? 0)) this.push(reading);
  }

  /** What is to be drawn of the time since `from` (seconds); `until` where the last value holds. */
  columns(from: number, until: number): Columns {
    this.forget(from);
    const last = this.xs.at(-1);
    if (this.periodS !== null || last === undefined || last >= until) {
      return [this.xs, this.mean, this.min, this.max];
    }
    const held = <T>(column: readonly T[]): T[] => [...column, column.at(-1) as T];
    return [[...this.xs, until], held(this.mean), held(this.min), held(this.max)];
  }

  private push(reading: Reading): void {
    const second = reading.at / 1000;
    const last = this.xs.at(-1);
    if (last !== undefined && second - last > this.gapS) this.put(last + 0.001, null, null, null);
    const code = this.code(reading);
    this.put(second, code, reading.min ?? code, reading.max ?? code);
  }

  private put(x: number, mean: number | null, min: number | null, max: number | null): void {
    this.xs.push(x);
    this.mean.push(mean);
    this.min.push(min);
    this.max.push(max);
  }

  /** Keeps the newest sample before the left edge: the line comes in from outside. */
  private forget(from: number): void {
    const first = this.xs.findIndex((x) => x >= from);
    const old = Math.max((first < 0 ? this.xs.length : first) - 1, this.xs.length - MOST_SAMPLES);
    if (old < 200) return;
    for (const column of [this.xs, this.mean, this.min, this.max]) column.splice(0, old);
  }

  private usualGap(readings: readonly Reading[]): number {
    if (this.periodS === null) return Number.POSITIVE_INFINITY;
    const steps = readings
      .slice(1)
      .map((reading, i) => (reading.at - (readings[i]?.at ?? 0)) / 1000)
      .sort((a, b) => a - b);
    const usual = steps[Math.floor(steps.length / 2)] ?? 0;
    return GAP_TIMES * Math.max(this.periodS, usual, 1);
  }
}
