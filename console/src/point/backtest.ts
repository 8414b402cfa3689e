import type { Grade } from '../alarm/alarm';
import { instant, isJson, items, list, number, text, type Json } from '../api/parse';
import { gradeOf } from './rule-facts';

/** More than 10 alarms in ten minutes, until fewer than 5 came in ten minutes. */
export interface PastFlood {
  readonly start: number;
  readonly end: number | null;
  readonly alarms: number;
}

/** What operators would have met; `byGrade`: from 1 red to 4 blue. */
export interface Load {
  readonly alarms: number;
  readonly byGrade: readonly number[];
  readonly floods: readonly PastFlood[];
}

/** An alarm that would have been, or would not. `endedAt` null: it stood at the end. */
export interface Tried {
  readonly tag: string;
  readonly condition: string;
  readonly grade: Grade | null;
  readonly limit: number | null;
  readonly value: number | null;
  readonly raisedAt: number;
  readonly endedAt: number | null;
}

/** What proposed rules would have made of a stretch of the past, beside today's. */
export interface Backtest {
  readonly start: number;
  readonly end: number;
  readonly points: number;
  readonly readings: number;
  /** Readings so far ahead of the server's clock that they were not judged. */
  readonly leftOut: number;
  readonly today: Load;
  readonly proposed: Load;
  readonly appearing: number;
  readonly vanishing: number;
  /** The first of those that are counted. */
  readonly appears: readonly Tried[];
  readonly vanishes: readonly Tried[];
}

export const SPAN_DAYS = [1, 7, 30, 90] as const;
export type SpanDays = (typeof SPAN_DAYS)[number];

/** What is to be tried instead of today's rules. */
export interface Proposed {
  readonly rules: readonly Json[];
  readonly without: readonly string[];
}

export function parseBacktest(raw: unknown): Backtest | null {
  if (!isJson(raw)) return null;
  const [start, end] = [instant(raw['start']), instant(raw['end'])];
  const [today, proposed] = [parseLoad(raw['today']), parseLoad(raw['proposed'])];
  if (start === null || end === null || today === null || proposed === null) return null;
  const [appears, vanishes] = [items(raw['appears'], parseTried), items(raw['vanishes'], parseTried)];
  return {
    start,
    end,
    points: number(raw['points']) ?? 0,
    readings: number(raw['readings']) ?? 0,
    leftOut: number(raw['left_out']) ?? 0,
    today,
    proposed,
    appearing: number(raw['appearing']) ?? appears.length,
    vanishing: number(raw['vanishing']) ?? vanishes.length,
    appears,
    vanishes,
  };
}

function parseLoad(raw: unknown): Load | null {
  if (!isJson(raw)) return null;
  const alarms = number(raw['alarms']);
  if (alarms === null) return null;
  const byGrade = list(raw['by_grade']).map((each) => number(each) ?? 0);
  return { alarms, byGrade, floods: items(raw['floods'], parseFlood) };
}

function parseFlood(raw: unknown): PastFlood | null {
  if (!isJson(raw)) return null;
  const start = instant(raw['start']);
  if (start === null) return null;
  return { start, end: instant(raw['end']), alarms: number(raw['alarms']) ?? 0 };
}

function parseTried(raw: unknown): Tried | null {
  if (!isJson(raw)) return null;
  const [tag, raisedAt] = [text(raw['tag']), instant(raw['raised_at'])];
  if (tag === null || raisedAt === null) return null;
  return {
    tag,
    condition: text(raw['condition']) ?? '',
    grade: gradeOf(raw['grade']),
    limit: number(raw['limit']),
    value: number(raw['value']),
    raisedAt,
    endedAt: instant(raw['ended_at']),
  };
}
