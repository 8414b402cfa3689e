import { isJson, number } from '../api/parse';
import type { Alarm, Grade } from './alarm';

/** Of one grade, in minutes: the longest (0: never), and how long one person decides alone. */
export interface Allowance {
  readonly longest: number;
  readonly alone: number;
}
export type Allowances = Readonly<Record<Grade, Allowance>>;

/** What the park allows to be taken off the board by hand (the engine decides, this informs). */
export interface ShelvingPolicy {
  readonly version: number;
  readonly shelf: Allowances;
  readonly out: Allowances;
}

const allow = (longest: number, alone = longest): Allowance => ({ longest, alone });
const MONTH = 30 * 24 * 60;
const SHIFT = 12 * 60;

/** As long as the park's own policy was not read: the standard's. */
export const STANDARD: ShelvingPolicy = {
  version: 0,
  shelf: { 1: allow(0), 2: allow(30, 0), 3: allow(240), 4: allow(SHIFT) },
  out: { 1: allow(MONTH, 0), 2: allow(MONTH, 0), 3: allow(MONTH, SHIFT), 4: allow(MONTH, SHIFT) },
};

export function parsePolicy(raw: unknown): ShelvingPolicy | null {
  if (!isJson(raw) || !isJson(raw['policy'])) return null;
  const version = number(raw['version']);
  const shelf = allowancesOf(raw['policy']['shelf']);
  const out = allowancesOf(raw['policy']['out_of_service']);
  return version === null || shelf === null || out === null ? null : { version, shelf, out };
}

function allowancesOf(raw: unknown): Allowances | null {
  if (!isJson(raw)) return null;
  const of = (grade: Grade): Allowance | null => {
    const each = raw[String(grade)];
    if (!isJson(each)) return null;
    const [longest, alone] = [number(each['longest_minutes']), number(each['alone_minutes'])];
    return longest === null || alone === null ? null : { longest, alone };
  };
  const [red, orange, yellow, blue] = [of(1), of(2), of(3), of(4)];
  if (!red || !orange || !yellow || !blue) return null;
  return { 1: red, 2: orange, 3: yellow, 4: blue };
}

/** Whether it may be done at all to an alarm that is on the board. */
export function mayGo(alarm: Alarm, allowances: Allowances): boolean {
  return !alarm.historical && alarm.closedAs === null && allowances[alarm.grade].longest > 0;
}

export type Off = 'shelved' | 'suppressed' | 'out_of_service';

/** How an alarm is off the board; null while it is on it. */
export function offOf(alarm: Alarm): Off | null {
  const { state } = alarm;
  return state === 'shelved' || state === 'suppressed' || state === 'out_of_service' ? state : null;
}

export type OffCounts = Readonly<Record<Off, number>>;

export function countOff(alarms: Iterable<Alarm>): OffCounts {
  const counts = { shelved: 0, suppressed: 0, out_of_service: 0 };
  for (const alarm of alarms) {
    const off = offOf(alarm);
    if (off !== null) counts[off] += 1;
  }
  return counts;
}
