import { isWaiting, type Alarm } from './alarm';

/** What is real before any exercise; then waiting for an operator first, then the gravest, then the
 * newest; the id decides equals. */
export function compareAlarms(a: Alarm, b: Alarm): number {
  const real = Number(a.exercise) - Number(b.exercise);
  const waiting = Number(isWaiting(b)) - Number(isWaiting(a));
  return real || waiting || a.grade - b.grade || b.raisedAt - a.raisedAt || (a.id < b.id ? -1 : 1);
}

export interface Row {
  readonly alarm: Alarm;
  /** It has ended, but its place is kept so that no other row slips under the pointer. */
  readonly gone: boolean;
}

/**
 * The rows to show. While the operator is on a row (`anchor`), everything down to that row keeps
 * its place; what is new appears directly below it, what has ended stays as a mark.
 */
export function arrange(
  alarms: readonly Alarm[],
  before: readonly Row[],
  anchor: string | null,
  compare: (a: Alarm, b: Alarm) => number = compareAlarms,
): Row[] {
  const sorted = [...alarms].sort(compare);
  const end = anchor === null ? -1 : before.findIndex((row) => row.alarm.id === anchor);
  if (end < 0) return sorted.map((alarm) => ({ alarm, gone: false }));
  const current = new Map(sorted.map((alarm) => [alarm.id, alarm]));
  const kept = before.slice(0, end + 1).map((row) => {
    const alarm = current.get(row.alarm.id);
    return alarm ? { alarm, gone: false } : { alarm: row.alarm, gone: true };
  });
  const keptIds = new Set(kept.map((row) => row.alarm.id));
  const rest = sorted.filter((alarm) => !keptIds.has(alarm.id));
  return [...kept, ...rest.map((alarm) => ({ alarm, gone: false }))];
}
