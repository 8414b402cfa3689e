import { instant, isJson, list, number } from '../api/parse';
import { day } from '../format/time';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Asia/Shanghai has whole hours and no summer time. */
const ZONE_MS = 8 * HOUR_MS;

/** How many alarms began in an hour; `at`: its start, epoch ms. */
export interface HourCount {
  readonly at: number;
  readonly alarms: number;
}

/** A day of the park by its hours; null: the hour is not in the span. */
export interface HeatDay {
  readonly day: string;
  readonly hours: readonly (number | null)[];
  readonly sum: number;
}

export interface Heat {
  /** The newest day first. */
  readonly days: readonly HeatDay[];
  /** Of each hour of the day. */
  readonly sums: readonly number[];
  readonly most: number;
}

export function parseHours(raw: unknown): HourCount[] {
  return list(raw)
    .filter(isJson)
    .flatMap((each) => {
      const at = instant(each['start']);
      return at === null ? [] : [{ at, alarms: number(each['alarms']) ?? 0 }];
    });
}

/** Days by hours, of the park's clock, from `start` to `end` (epoch ms). */
export function heatOf(counts: readonly HourCount[], start: number, end: number): Heat {
  const byHour = new Map(counts.map(({ at, alarms }) => [at, alarms]));
  const days: HeatDay[] = [];
  const first = midnightBefore(start);
  for (let midnight = midnightBefore(end - 1); midnight >= first; midnight -= DAY_MS) {
    const hours = Array.from({ length: 24 }, (_, hour) => {
      const from = midnight + hour * HOUR_MS;
      return from + HOUR_MS <= start || from >= end ? null : (byHour.get(from) ?? 0);
    });
    days.push({ day: day(midnight), hours, sum: hours.reduce<number>((sum, n) => sum + (n ?? 0), 0) });
  }
  const sums = Array.from({ length: 24 }, (_, hour) =>
    days.reduce((sum, each) => sum + (each.hours[hour] ?? 0), 0),
  );
  return { days, sums, most: Math.max(0, ...days.flatMap((each) => each.hours.map((n) => n ?? 0))) };
}

function midnightBefore(ms: number): number {
  return Math.floor((ms + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS;
}

/** From how many alarms an hour on: some, more than acceptable (6), than manageable (12), than 30. */
export const STEPS = [1, 7, 13, 31] as const;

/** 0 for none, 1 to 4 by how many. */
export function stepOf(alarms: number): number {
  return STEPS.filter((least) => alarms >= least).length;
}
