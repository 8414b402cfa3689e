import type { Grade } from '../alarm/alarm';
import type { Happening } from './happening';
import type { Life } from './life';

/** A moment at which an alarm came to a grade from below, from nothing or from a lesser one. */
export interface Rise {
  readonly at: number;
  readonly grade: Grade;
}

const RISING = ['raised', 'escalated'];

/** As it was: an alarm that came down again before its end had its highest grade all the same. */
export function risesOf(lives: readonly Life[]): Rise[] {
  return lives.flatMap(({ levels, known }) => {
    const rises = levels.flatMap((each) =>
      RISING.includes(each.event) ? [{ at: each.at, grade: each.alarm.grade }] : [],
    );
    // Begun before what is read of the record.
    return rises.length > 0 ? rises : [{ at: known.raisedAt, grade: known.grade }];
  });
}

/** As the consoles were told. */
export function toldRises(happenings: readonly Happening[]): Rise[] {
  return happenings.flatMap((each) =>
    RISING.includes(each.event) ? [{ at: each.notedAt, grade: each.alarm.grade }] : [],
  );
}
