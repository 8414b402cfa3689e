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
  readonly perHour: number;
  readonly busiestTenMinutes: number;
  readonly chattering: number;
  readonly fleeting: number;
  readonly stale: number;
  /** Null: nothing was acknowledged. */
  readonly secondsToAcknowledge: number | null;
  readonly secondsToAcknowledgeMost: number | null;
}

/** An interlock that is bypassed, or that the field says would not act. */
export interface LoopOut {
  readonly enterprise: string;
  readonly tag: string;
  readonly name: string;
  readonly nameEn: string;
  readonly state: string | null;
  /** Null: no bypass is open; then the rest is of nobody. */
  readonly kind: string | null;
  readonly reason: string;
  readonly applicant: string;
  readonly until: number | null;
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
  readonly acknowledged: readonly Alarm[];
  readonly loopsOutCount: number;
  readonly loopsOut: readonly LoopOut[];
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
    acknowledged: items({ items: raw['acknowledged'] }, parseAlarm),
    loopsOutCount: number(raw['loops_out_count']) ?? 0,
    loopsOut: list(raw['loops_out']).filter(isJson).map(parseLoop),
    approvals: raw['approvals'] == null ? null : items({ items: raw['approvals'] }, parseApproval),
    record: isJson(raw['record']) ? parseRecord(raw['record']) : null,
  };
}

function parseLoop(raw: Json): LoopOut {
  return {
    enterprise: text(raw['enterprise']) ?? '',
    tag: text(raw['tag']) ?? '',
    name: text(raw['name']) ?? '',
    nameEn: text(raw['name_en']) ?? '',
    state: text(raw['state']),
    kind: text(raw['kind']),
    reason: text(raw['reason']) ?? '',
    applicant: text(raw['applicant']) ?? '',
    until: instant(raw['until']),
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
    perHour: number(raw['per_hour']) ?? 0,
    busiestTenMinutes: number(raw['busiest_ten_minutes']) ?? 0,
    chattering: number(raw['chattering']) ?? 0,
    fleeting: number(raw['fleeting']) ?? 0,
    stale: number(raw['stale']) ?? 0,
    secondsToAcknowledge: number(raw['seconds_to_acknowledge']),
    secondsToAcknowledgeMost: number(raw['seconds_to_acknowledge_most']),
  };
}
