import type { Alarm, Grade } from '../alarm/alarm';

/** One tone: Hz, start and length in seconds from the beginning of the call. */
export interface Tone {
  readonly hz: number;
  readonly at: number;
  readonly length: number;
}

export interface Call {
  readonly tones: readonly Tone[];
  /** Seconds until it is repeated while an alarm waits. */
  readonly every: number;
}

/** Graver is higher, denser and more often repeated, so that grades differ for the ear alone. */
export const CALLS: Readonly<Record<Grade, Call>> = {
  1: { tones: alternating(880, 660, 8, 0.15), every: 2 },
  2: { tones: alternating(740, 740, 3, 0.2), every: 4 },
  3: { tones: alternating(587, 494, 2, 0.25), every: 8 },
  4: { tones: [{ hz: 440, at: 0, length: 0.3 }], every: 15 },
};

/** A dead feed or engine: a slow falling pair that no alarm sounds like. */
export const FAULT_CALL: Call = {
  tones: [
    { hz: 330, at: 0, length: 0.5 },
    { hz: 220, at: 0.6, length: 0.7 },
  ],
  every: 6,
};

/** An exercise: two soft short tones, heard only where nothing real is to be heard. */
export const EXERCISE_CALL: Call = {
  tones: [
    { hz: 523, at: 0, length: 0.15 },
    { hz: 523, at: 0.3, length: 0.15 },
  ],
  every: 10,
};

function alternating(high: number, low: number, count: number, step: number): Tone[] {
  return Array.from({ length: count }, (_, i) => ({
    hz: i % 2 === 0 ? high : low,
    at: i * step,
    length: step * 0.8,
  }));
}

/** Does this alarm sound? Historical ones never; one that is over already does until seen. */
function sounds(alarm: Alarm): boolean {
  const waiting = alarm.state === 'unacknowledged' || alarm.state === 'returned_unacknowledged';
  return waiting && !alarm.historical;
}

/** The grade to be heard: the gravest of those that wait, are real and were not silenced; null is
 * quiet. */
export function gradeToSound(
  alarms: Iterable<Alarm>,
  silenced: ReadonlyMap<string, Grade>,
): Grade | null {
  let gravest: Grade | null = null;
  for (const alarm of alarms) {
    if (alarm.exercise || !sounds(alarm) || isSilenced(alarm, silenced)) continue;
    if (gravest === null || alarm.grade < gravest) gravest = alarm.grade;
  }
  return gravest;
}

/** Does an exercise wait that was not silenced? */
export function exerciseSounds(
  alarms: Iterable<Alarm>,
  silenced: ReadonlyMap<string, Grade>,
): boolean {
  for (const alarm of alarms) {
    if (alarm.exercise && sounds(alarm) && !isSilenced(alarm, silenced)) return true;
  }
  return false;
}

/** What silencing now covers, beside what was silenced before: these occurrences at their present
 * grades. Escalated, they sound again. Exercises only where nothing real is heard: one press
 * silences what is heard. */
export function silence(
  alarms: Iterable<Alarm>,
  before: ReadonlyMap<string, Grade> = new Map(),
): Map<string, Grade> {
  const all = [...alarms];
  const real = gradeToSound(all, before) !== null;
  const silenced = new Map<string, Grade>();
  for (const alarm of all) {
    const known = before.get(alarm.id);
    if (!sounds(alarm)) continue;
    if (!alarm.exercise || !real) silenced.set(alarm.id, alarm.grade);
    else if (known !== undefined) silenced.set(alarm.id, known);
  }
  return silenced;
}

/** What it covers still: one that was acknowledged and asks again is heard again. */
export function stillSilenced(
  alarms: ReadonlyMap<string, Alarm>,
  silenced: ReadonlyMap<string, Grade>,
): Map<string, Grade> {
  const waits = ([id]: [string, Grade]): boolean => {
    const alarm = alarms.get(id);
    return alarm !== undefined && sounds(alarm);
  };
  return new Map([...silenced].filter(waits));
}

function isSilenced(alarm: Alarm, silenced: ReadonlyMap<string, Grade>): boolean {
  const grade = silenced.get(alarm.id);
  return grade !== undefined && alarm.grade >= grade;
}
