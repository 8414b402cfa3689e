import { minuteStamp, ofMinuteStamp, stamp } from '../format/time';

/** How much of the past a trend shows: from one minute to one year. */
const MINUTE = 60_000;
export const SPANS = {
  '1m': MINUTE,
  '15m': 15 * MINUTE,
  '1h': 60 * MINUTE,
  '8h': 480 * MINUTE,
  '24h': 1440 * MINUTE,
  '7d': 10_080 * MINUTE,
  '30d': 43_200 * MINUTE,
  '1y': 525_600 * MINUTE,
} as const;
export type Span = keyof typeof SPANS;
export const SPAN_NAMES = Object.keys(SPANS) as Span[];

/** From when to when, epoch ms. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/** Nobody zooms closer than this: readings come once a second at most. */
export const CLOSEST_MS = 10_000;

/** The same length, so much earlier. */
export function earlier(period: Period, by: number): Period {
  return { start: period.start - by, end: period.end - by };
}

export const SHIFTS = ['24h', '7d', '30d'] as const;
/** What a period is compared with: the one so much earlier, or the one as long that begins at a moment (epoch ms). */
export type Against = (typeof SHIFTS)[number] | number;

/** How much earlier that is; a moment stays where it is while the newest period moves on. */
export function offsetOf(against: Against | null, period: Period): number {
  if (against === null) return 0;
  return typeof against === 'number' ? period.start - against : SPANS[against];
}

/** As it stands in the address; a moment by the clock of the park. */
export function againstText(against: Against): string {
  return typeof against === 'number' ? minuteStamp(against).replace(' ', 'T') : against;
}

/** From a hand-typed address as well: what cannot be meant compares nothing. */
export function parseAgainst(text: string): Against | null {
  return SHIFTS.find((known) => known === text) ?? ofMinuteStamp(text);
}

/** What was drawn out with the pointer, or with keys; never closer than can be told apart. */
export function zoomed(from: number, to: number): Period {
  const [start, end] = from < to ? [from, to] : [to, from];
  const lacking = Math.max(0, CLOSEST_MS - (end - start)) / 2;
  return { start: start - lacking, end: end + lacking };
}

/** The same middle, so many times as long; until now at the latest. */
export function scaled(period: Period, by: number, now: number): Period {
  const middle = (period.start + period.end) / 2;
  const half = (Math.min(period.end - period.start, SPANS['1y'] / by) * by) / 2;
  const { start, end } = zoomed(middle - half, middle + half);
  return end > now ? { start: now - (end - start), end: now } : { start, end };
}

/** One key moves by so much of the time that is shown, with Shift by ten times that. */
const STEPS = 120;

/** Where a key takes the moment that is read; null: it is no key of this. At first it is the newest. */
export function moved(at: number | null, key: string, far: boolean, { start, end }: Period): number | null {
  const step = ((end - start) / STEPS) * (far ? 10 : 1);
  const from = Math.max(start, Math.min(end, at ?? end));
  switch (key) {
    case 'ArrowLeft':
      return Math.max(start, from - step);
    case 'ArrowRight':
      return Math.min(end, from + step);
    case 'Home':
      return start;
    case 'End':
      return end;
    default:
      return null;
  }
}

/** What a picture is of: its period and, where it is compared, the earlier one with the word for it. */
export function headingOf(period: Period, compared: number, word: string): string {
  const said = ({ start, end }: Period): string => `${stamp(start)} – ${stamp(end)}`;
  return compared === 0 ? said(period) : `${said(period)} · ${word} ${said(earlier(period, compared))}`;
}
