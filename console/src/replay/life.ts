import { isClosed, type Alarm } from '../alarm/alarm';
import { compareAlarms } from '../alarm/order';
import type { Happening } from './happening';

/** An alarm from its beginning, as far as the record of this time goes. */
export interface Life {
  readonly id: string;
  /** In the order in which the consoles were told. */
  readonly told: readonly Happening[];
  /** What brought it to a level, in the order in which it was true. */
  readonly levels: readonly Happening[];
  /** As it is known now: with its true beginning and end. */
  readonly known: Alarm;
}

const LEVELS = ['raised', 'escalated', 'deescalated'];

/** The same happenings, by alarm. */
export function livesOf(happenings: readonly Happening[]): Life[] {
  const byId = new Map<string, Happening[]>();
  for (const each of happenings) {
    const found = byId.get(each.alarmId);
    if (found) found.push(each);
    else byId.set(each.alarmId, [each]);
  }
  return [...byId].flatMap(([id, steps]) => {
    const told = steps.sort((a, b) => a.notedAt - b.notedAt || a.seq - b.seq);
    const known = told.at(-1)?.alarm;
    if (known === undefined) return [];
    const levels = told.filter((each) => LEVELS.includes(each.event));
    return [{ id, told, levels: levels.sort((a, b) => a.at - b.at || a.seq - b.seq), known }];
  });
}

/** What was true at a moment, as far as is known now: the alarm at its level then; null: no alarm. */
export function trueAt(life: Life, moment: number): Alarm | null {
  const { raisedAt, clearedAt } = life.known;
  if (moment < raisedAt || (clearedAt !== null && moment >= clearedAt)) return null;
  const level = life.levels.findLast((each) => each.at <= moment) ?? life.levels[0];
  return { ...(level?.alarm ?? life.known), raisedAt, clearedAt: null };
}

/** What the consoles showed of it at a moment; null: not yet told, or closed. */
export function shownAt(life: Life, moment: number): Alarm | null {
  const last = life.told.findLast((each) => each.notedAt <= moment);
  return last === undefined || isClosed(last.alarm) ? null : last.alarm;
}

/** Whether the consoles told otherwise than it was: not yet there, still there, at another level. */
export type Difference = 'unseen' | 'unended' | 'level';

export interface Row {
  readonly id: string;
  readonly truth: Alarm | null;
  readonly shown: Alarm | null;
  readonly difference: Difference | null;
  /** How long it was told otherwise, as a whole, ms; null: to the end of what is known. */
  readonly late: number | null;
}

/** A reading takes its way: what is told within this is told at once. */
export const AT_ONCE_MS = 2_000;

/** The alarms of a moment, as the list of alarms orders them. */
export function rowsAt(lives: readonly Life[], moment: number): Row[] {
  return lives
    .flatMap((life) => {
      const [truth, shown] = [trueAt(life, moment), shownAt(life, moment)];
      if (truth === null && shown === null) return [];
      return [{ id: life.id, truth, shown, ...differenceOf(life, truth, shown) }];
    })
    .sort((a, b) => compareAlarms(alarmOf(a), alarmOf(b)));
}

/** What stands for the row: as the operator saw it, or else as it was. */
export function alarmOf(row: Row): Alarm {
  return (row.shown ?? row.truth) as Alarm;
}

function differenceOf(
  life: Life,
  truth: Alarm | null,
  shown: Alarm | null,
): Pick<Row, 'difference' | 'late'> {
  const told = (difference: Difference, late: number | null): Pick<Row, 'difference' | 'late'> =>
    late !== null && late <= AT_ONCE_MS ? NONE : { difference, late };
  if (truth !== null && shown === null) {
    const first = life.told[0];
    return told('unseen', first ? Math.max(0, first.notedAt - truth.raisedAt) : null);
  }
  if (truth === null && shown !== null && shown.clearedAt === null && !shown.historical) {
    const ended = life.told.find((each) => each.alarm.clearedAt !== null || isClosed(each.alarm));
    const [over, said] = [life.known.clearedAt, ended?.notedAt ?? null];
    return told('unended', over === null || said === null ? null : Math.max(0, said - over));
  }
  if (truth !== null && shown !== null && truth.grade !== shown.grade) {
    const level = life.levels.find((each) => each.alarm.grade === truth.grade);
    return told('level', level ? Math.max(0, level.notedAt - level.at) : null);
  }
  return NONE;
}

const NONE = { difference: null, late: null } as const;
