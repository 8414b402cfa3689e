import { instant, isJson, items, list, number, text, type Json } from '../api/parse';
import type { Alarm } from './alarm';
import { parseApproval, type Approval } from './approval';
import { parseAlarm } from './parse';
import { parseFrequent, parsePastFlood, type Frequent, type PastFlood } from './performance';

export interface StandingCount {
  readonly grade: number;
  readonly standing: number;
  readonly unacknowledged: number;
}

export interface OffCount {
  readonly how: string;
  readonly count: number;
}

/** What is on record of the shift; not to be had while the database is away. */
export interface ShiftRecord {
  readonly alarms: number;
  readonly byGrade: readonly number[];
  readonly acknowledged: number;
  readonly floods: readonly PastFlood[];
  readonly topTen: readonly Frequent[];
}

/** What one shift tells the next. */
export interface Handover {
  readonly at: number;
  readonly since: number;
  readonly by: string;
  readonly snapshotFrom: string;
  readonly degraded: readonly string[];
  readonly counts: readonly StandingCount[];
  readonly offCounts: readonly OffCount[];
  readonly off: readonly Alarm[];
  readonly unacknowledged: readonly Alarm[];
  readonly approvals: readonly Approval[] | null;
  readonly record: ShiftRecord | null;
}

export function parseHandover(raw: unknown): Handover | null {
  if (!isJson(raw)) return null;
  const [at, since] = [instant(raw['at']), instant(raw['since'])];
  if (at === null || since === null) return null;
  return {
    at,
    since,
    by: text(raw['by']) ?? '',
    snapshotFrom: text(raw['snapshot_from']) ?? '',
    degraded: list(raw['degraded']).filter((name) => typeof name === 'string'),
    counts: list(raw['counts']).filter(isJson).map((each) => ({
      grade: number(each['grade']) ?? 1,
      standing: number(each['standing']) ?? 0,
      unacknowledged: number(each['unacknowledged']) ?? 0,
    })),
    offCounts: list(raw['off_board']).filter(isJson).map((each) => ({
      how: text(each['how']) ?? '',
      count: number(each['count']) ?? 0,
    })),
    off: items({ items: raw['off_board_alarms'] }, parseAlarm),
    unacknowledged: items({ items: raw['unacknowledged'] }, parseAlarm),
    approvals: raw['approvals'] == null ? null : items({ items: raw['approvals'] }, parseApproval),
    record: isJson(raw['record']) ? parseRecord(raw['record']) : null,
  };
}

function parseRecord(raw: Json): ShiftRecord {
  const grades = isJson(raw['by_grade']) ? raw['by_grade'] : {};
  return {
    alarms: number(raw['alarms']) ?? 0,
    byGrade: ['1', '2', '3', '4'].map((grade) => number(grades[grade]) ?? 0),
    acknowledged: number(raw['acknowledged']) ?? 0,
    floods: list(raw['floods']).filter(isJson).map(parsePastFlood),
    topTen: list(raw['top_ten']).filter(isJson).map(parseFrequent),
  };
}
