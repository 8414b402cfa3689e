import { isGrade, type Alarm } from '../alarm/alarm';
import { instant, isJson, number, text } from '../api/parse';
import type { Mark } from './mark';

/** What is done to an alarm beside what its own times tell, by the journal's names. */
export const DEEDS = [
  // An alarm tells its last acknowledgement alone, and none once it was shelved.
  'acknowledged',
  'shelved',
  'unshelved',
  'out_of_service',
  'returned_to_service',
  'suppressed',
  'released',
] as const;
export type Deed = (typeof DEEDS)[number];

/** A link of an alarm's journal as a mark; null: its own times tell it, or nobody looks for it. */
export function deedOf(raw: unknown, alarm: Alarm): Mark | null {
  if (!isJson(raw)) return null;
  const what = DEEDS.find((each) => each === raw['event']);
  const at = instant(raw['at']);
  if (what === undefined || at === null) return null;
  const body = isJson(raw['body']) ? raw['body'] : {};
  const then = isJson(body['alarm']) ? number(body['alarm']['grade']) : null;
  const grade = then !== null && isGrade(then) ? then : alarm.grade;
  return { at, what, grade, tag: alarm.tag ?? '', by: text(body['actor']) };
}
