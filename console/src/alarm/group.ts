import { GRADES, isWaiting, type Alarm, type Grade } from './alarm';
import { compareAlarms } from './order';
import { offOf } from './shelf';

/** Alarms of one group of detectors; else of one hazard source; else of no source at all. */
export interface Group {
  readonly key: string;
  readonly enterprise: string;
  /** Code of the group of detectors. */
  readonly detectors: string | null;
  readonly source: string | null;
  readonly alarms: readonly Alarm[];
  /** On the board, by grade 1 to 4. */
  readonly counts: Readonly<Record<Grade, number>>;
  readonly worst: Grade;
  readonly waiting: number;
  /** The alarm that came first, while it is still listed. */
  readonly firstOut: Alarm | null;
}

export function groupKey(alarm: Alarm): string {
  const place = alarm.group === null ? [sourceOf(alarm)] : ['group', alarm.group];
  return JSON.stringify([alarm.enterprise, ...place]);
}

export function sourceOf(alarm: Alarm): string | null {
  return alarm.subjectType === 'hazard_source' ? alarm.subject : alarm.hazardSource;
}

/** The alarms by group, the worst group first, then the one with the most that wait. */
export function groupsOf(alarms: readonly Alarm[]): Group[] {
  const byKey = new Map<string, Alarm[]>();
  for (const alarm of alarms) {
    const key = groupKey(alarm);
    const known = byKey.get(key);
    if (known) known.push(alarm);
    else byKey.set(key, [alarm]);
  }
  return [...byKey].map(([key, members]) => group(key, members)).sort(compareGroups);
}

function group(key: string, alarms: readonly Alarm[]): Group {
  const [first] = alarms;
  const board = alarms.filter((alarm) => offOf(alarm) === null && !alarm.exercise);
  const count = (grade: Grade): number => board.filter((a) => a.grade === grade).length;
  const counts = { 1: count(1), 2: count(2), 3: count(3), 4: count(4) };
  const ranked = alarms.filter((alarm) => alarm.firstOutRank === 1);
  return {
    key,
    enterprise: first?.enterprise ?? '',
    detectors: first?.group ?? null,
    source: first ? sourceOf(first) : null,
    alarms,
    counts,
    worst: GRADES.find((grade) => counts[grade] > 0) ?? 4,
    waiting: board.filter(isWaiting).length,
    firstOut: ranked.sort((a, b) => b.raisedAt - a.raisedAt)[0] ?? null,
  };
}

function compareGroups(a: Group, b: Group): number {
  return (
    a.worst - b.worst ||
    b.waiting - a.waiting ||
    b.alarms.length - a.alarms.length ||
    (a.key < b.key ? -1 : 1)
  );
}

function isReal1(alarm: Alarm): boolean {
  return alarm.grade === 1 && !alarm.exercise;
}

/** Grade 1 on top, whatever else waits; then as always. */
export function compareWorst(a: Alarm, b: Alarm): number {
  return Number(isReal1(b)) - Number(isReal1(a)) || compareAlarms(a, b);
}

/** The rows of a chosen group, and every real alarm of grade 1 wherever it is. */
export function ofGroup(alarms: readonly Alarm[], key: string | null): readonly Alarm[] {
  return key === null ? alarms : alarms.filter((a) => isReal1(a) || groupKey(a) === key);
}

/** The alarms that were the first of several of their group that are still listed. */
export function firstOuts(alarms: Iterable<Alarm>): ReadonlySet<string> {
  const [first, followed] = [new Map<string, string[]>(), new Set<string>()];
  for (const alarm of alarms) {
    if (alarm.historical || (alarm.group === null && sourceOf(alarm) === null)) continue;
    const key = groupKey(alarm);
    if (alarm.firstOutRank === 1) first.set(key, [...(first.get(key) ?? []), alarm.id]);
    else if (alarm.firstOutRank !== null) followed.add(key);
  }
  return new Set([...first].flatMap(([key, ids]) => (followed.has(key) ? ids : [])));
}
