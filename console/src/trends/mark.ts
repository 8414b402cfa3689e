import type { Alarm, Grade } from '../alarm/alarm';
import type { Deed } from './deed';

/** What happened to a point at a time: an alarm rose, somebody acknowledged it, it returned, it
 * went off the board and came back. */
export const WHATS = [
  'raised',
  'acknowledged',
  'cleared',
  'shelved',
  'unshelved',
  'out_of_service',
  'returned_to_service',
  'suppressed',
  'released',
] as const;
export interface Mark {
  readonly at: number;
  readonly what: 'raised' | 'cleared' | Deed;
  readonly grade: Grade;
  readonly tag: string;
  readonly by: string | null;
}

/** What stands in a mark: by its letter it is told apart without colour. */
export const SIGNS: Readonly<Record<Mark['what'], string>> = {
  raised: '',
  acknowledged: '✓',
  cleared: '↓',
  shelved: 'S',
  unshelved: 'S',
  out_of_service: 'O',
  returned_to_service: 'O',
  suppressed: 'D',
  released: 'D',
};
/** An act is in the alarm and in its journal: one mark. */
const SAME_MS = 1_000;
const BACK: readonly Mark['what'][] = ['unshelved', 'returned_to_service', 'released'];

/** Struck through: it is on the board again. */
export function isBack(what: Mark['what']): boolean {
  return BACK.includes(what);
}

/** The marks of these alarms, and of what was done to them, between two times, oldest first. */
export function marksOf(
  alarms: readonly Alarm[],
  start: number,
  end: number,
  deeds: readonly Mark[] = [],
): readonly Mark[] {
  const own = alarms.flatMap((alarm) => {
    const of = (at: number | null, what: Mark['what'], by: string | null): Mark[] =>
      at === null ? [] : [{ at, what, grade: alarm.grade, tag: alarm.tag ?? '', by }];
    return [
      ...of(alarm.raisedAt, 'raised', null),
      ...of(alarm.acknowledgedAt, 'acknowledged', alarm.acknowledgedBy),
      ...of(alarm.clearedAt, 'cleared', null),
    ];
  });
  const told = (mark: Mark): boolean =>
    deeds.some(
      ({ what, tag, at }) => what === mark.what && tag === mark.tag && Math.abs(at - mark.at) < SAME_MS,
    );
  return [...own.filter((mark) => !told(mark)), ...deeds]
    .filter((mark) => mark.at >= start && mark.at <= end)
    .sort((a, b) => a.at - b.at);
}
