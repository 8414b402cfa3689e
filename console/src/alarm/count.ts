import { GRADES, isWaiting, type Alarm, type Grade } from './alarm';
import { isCounted } from './narrowing';

export interface GradeCount {
  readonly grade: Grade;
  readonly standing: number;
  readonly waiting: number;
}

/** Standing and waiting alarms by grade. Historical ones, exercises and what is off the board count in none
 * (design); the last are counted apart. */
export function countByGrade(alarms: Iterable<Alarm>): readonly GradeCount[] {
  const standing = [0, 0, 0, 0, 0];
  const waiting = [0, 0, 0, 0, 0];
  for (const alarm of alarms) {
    if (!isCounted(alarm)) continue;
    standing[alarm.grade] = (standing[alarm.grade] ?? 0) + 1;
    if (isWaiting(alarm)) waiting[alarm.grade] = (waiting[alarm.grade] ?? 0) + 1;
  }
  return GRADES.map((grade) => ({
    grade,
    standing: standing[grade] ?? 0,
    waiting: waiting[grade] ?? 0,
  }));
}
