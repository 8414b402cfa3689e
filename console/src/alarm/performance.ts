import { parseHours, type HourCount } from './heat';
import { instant, isJson, list, number, text, type Json } from '../api/parse';

/** The figures of ISA-18.2 and EEMUA 191 in the order of their table; what each is measured in. */
export const FIGURES = {
  per_day: 'rate',
  per_hour: 'rate',
  per_ten_minutes: 'rate',
  busy_periods_share: 'share',
  busiest_ten_minutes: 'count',
  upset_ten_minutes: 'count',
  flood_share: 'share',
  top_ten_share: 'share',
  chattering: 'count',
  fleeting: 'count',
  stale_a_day: 'count',
  unauthorised: 'count',
} as const;
export type Figure = keyof typeof FIGURES;

/** `met`: within the target; `manageable`: beyond it, and still to be managed; `missed`. */
export type Verdict = 'met' | 'manageable' | 'missed';

export interface Measured {
  readonly figure: Figure;
  readonly value: number;
  readonly target: number;
  readonly manageable: number | null;
  readonly verdict: Verdict;
}

export interface PastFlood {
  readonly start: number;
  readonly end: number | null;
  readonly alarms: number;
  readonly peak: number;
}

export interface Frequent {
  readonly enterprise: string;
  readonly tag: string | null;
  readonly condition: string;
  readonly count: number;
  readonly share: number;
}

export interface GradeShare {
  readonly grade: number;
  readonly share: number;
  readonly target: number;
}

export interface Performance {
  readonly start: number;
  readonly end: number;
  readonly alarms: number;
  /** The span is as long as the targets are meant for. */
  readonly meaningful: boolean;
  readonly figures: readonly Measured[];
  readonly grades: readonly GradeShare[];
  readonly hours: readonly HourCount[];
  readonly floods: readonly PastFlood[];
  readonly topTen: readonly Frequent[];
  readonly chattering: readonly Frequent[];
  readonly acknowledged: number;
  readonly secondsToAcknowledge: number | null;
  readonly secondsToAcknowledgeMost: number | null;
}

export function parsePerformance(raw: unknown): Performance | null {
  if (!isJson(raw)) return null;
  const [start, end] = [instant(raw['start']), instant(raw['end'])];
  if (start === null || end === null) return null;
  const some = (name: string): Frequent[] => list(raw[name]).filter(isJson).map(parseFrequent);
  return {
    start,
    end,
    alarms: number(raw['alarms']) ?? 0,
    meaningful: raw['meaningful'] === true,
    figures: (Object.keys(FIGURES) as Figure[]).map((figure) => measured(raw, figure)),
    grades: [1, 2, 3, 4].map((grade) => ({
      grade,
      share: inside(raw, 'grades', String(grade)) ?? 0,
      target: inside(raw, 'grade_targets', String(grade)) ?? 0,
    })),
    hours: parseHours(raw['by_hour']),
    floods: list(raw['floods']).filter(isJson).map(parsePastFlood),
    topTen: some('top_ten'),
    chattering: some('chattering'),
    acknowledged: number(raw['acknowledged']) ?? 0,
    secondsToAcknowledge: number(raw['seconds_to_acknowledge']),
    secondsToAcknowledgeMost: number(raw['seconds_to_acknowledge_most']),
  };
}

export function parsePastFlood(raw: Json): PastFlood {
  return {
    start: instant(raw['start']) ?? 0,
    end: instant(raw['end']),
    alarms: number(raw['alarms']) ?? 0,
    peak: number(raw['peak']) ?? 0,
  };
}

export function parseFrequent(raw: Json): Frequent {
  return {
    enterprise: text(raw['enterprise']) ?? '',
    tag: text(raw['tag']),
    condition: text(raw['condition']) ?? '',
    count: number(raw['count']) ?? 0,
    share: number(raw['share']) ?? 0,
  };
}

function measured(raw: Json, figure: Figure): Measured {
  const found = raw[figure];
  const value = Array.isArray(found) ? found.length : (number(found) ?? 0);
  const target = inside(raw, 'targets', figure) ?? 0;
  const manageable = inside(raw, 'manageable', figure);
  const within = manageable !== null && value <= manageable ? 'manageable' : 'missed';
  return { figure, value, target, manageable, verdict: value <= target ? 'met' : within };
}

function inside(raw: Json, name: string, key: string): number | null {
  const table = raw[name];
  return isJson(table) ? number(table[key]) : null;
}
