import type { Alarm, Grade } from './alarm';

/** The longest shelf in minutes by grade; grade 1 is never shelved (the engine decides, this informs). */
const LONGEST: Readonly<Record<Grade, number>> = { 1: 0, 2: 30, 3: 240, 4: 720 };

export function longestShelf(grade: Grade): number {
  return LONGEST[grade];
}

/** Grade 2 is shelved only with a second person. */
export function needsSecond(grade: Grade): boolean {
  return grade === 2;
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
