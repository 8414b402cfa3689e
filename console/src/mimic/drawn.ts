import { isWaiting, type Alarm, type Grade } from '../alarm/alarm';
import { offOf, type Off } from '../alarm/shelf';
import { newest, type ValueTable } from '../live/values';
import type { Late, Point } from '../point/point';
import { beyond, scaleFor, shareOf, type Band, bandOf, type Tick } from './gauge';
import { isOutside } from './unit';

/** An indicator as it is drawn this second; shares are of the scale's length, from its low end. */
export interface Drawn {
  readonly point: Point;
  /** Null: nothing usable was measured. */
  readonly share: number | null;
  readonly value: number | null;
  readonly beyond: -1 | 0 | 1;
  readonly band: Band | null;
  readonly ticks: readonly { readonly condition: string; readonly limit: number; readonly share: number }[];
  readonly low: number;
  readonly high: number;
  /** Own time of the newest value; null: there is none. */
  readonly measuredAt: number | null;
  readonly overdue: boolean;
  readonly bad: boolean;
  readonly uncertain: boolean;
  readonly grade: Grade | null;
  /** Its alarm returned: the mark is hollow, as in every list. */
  readonly returned: boolean;
  readonly waiting: boolean;
  /** Its alarm is off the board, and how; it has no colour then. */
  readonly off: Off | null;
  readonly outside: boolean;
}

export function drawnOf(
  point: Point,
  values: ValueTable,
  ticks: readonly Tick[],
  alarm: Alarm | null,
  now: number,
  late: Late,
): Drawn {
  const found = newest(values, point.id);
  const value = found !== null && found.q !== 2 && typeof found.v === 'number' ? found.v : null;
  const scale = scaleFor(point, ticks, value);
  const band = bandOf(scale, ticks);
  const off = alarm === null ? null : offOf(alarm);
  return {
    point,
    value,
    share: value === null ? null : shareOf(scale, value),
    beyond: value === null ? 0 : beyond(scale, value),
    band: band && { from: shareOf(scale, band.from), to: shareOf(scale, band.to) },
    ticks: ticks
      .filter((tick) => beyond(scale, tick.limit) === 0)
      .map((tick) => ({ ...tick, share: shareOf(scale, tick.limit) }))
      .sort((a, b) => b.share - a.share),
    low: scale.low,
    high: scale.high,
    measuredAt: found?.t ?? null,
    overdue: found !== null && late(point, found.t, now),
    bad: found !== null && found.q === 2,
    uncertain: found !== null && found.q === 1,
    grade: off === null ? (alarm?.grade ?? null) : null,
    returned: alarm != null && alarm.clearedAt !== null,
    off,
    waiting: alarm !== null && isWaiting(alarm),
    outside: isOutside(point),
  };
}

/** Heights of labels, top first, kept apart by `gap`: each as near to its own as that allows. */
export function apart(heights: readonly number[], gap: number, lowest: number): number[] {
  const placed = [...heights];
  for (let i = 1; i < placed.length; i += 1) {
    placed[i] = Math.max(placed[i] as number, (placed[i - 1] as number) + gap);
  }
  let floor = lowest;
  for (let i = placed.length - 1; i >= 0; i -= 1) {
    placed[i] = Math.min(placed[i] as number, floor);
    floor = (placed[i] as number) - gap;
  }
  return placed;
}
