import { instant, isJson, number, text } from '../api/parse';
import { isClosed, type Alarm } from './alarm';
import { parseAlarm } from './parse';

/** One link of an alarm's own journal (`GET /alarms/{alarm}/journal`). Times are epoch milliseconds. */
export interface Entry {
  readonly seq: number;
  /** By the judging time: when it was true. */
  readonly at: number;
  /** When the engine noted it and told the consoles. */
  readonly notedAt: number;
  readonly event: string;
  /** Null: the engine. */
  readonly actor: string | null;
  readonly note: string | null;
  /** The alarm after it; null: the link does not tell. */
  readonly alarm: Alarm | null;
}

/** A link tells neither unit nor kind: they are the alarm's. */
export function parseEntry(raw: unknown, of: Alarm): Entry | null {
  if (!isJson(raw)) return null;
  const at = instant(raw['at']);
  if (at === null) return null;
  const body = isJson(raw['body']) ? raw['body'] : {};
  const after = isJson(body['alarm']) ? body['alarm'] : null;
  const known = { id: of.id, unit: of.unit, kind: of.pointKind };
  return {
    seq: number(raw['seq']) ?? 0,
    at,
    notedAt: instant(raw['noted_at']) ?? at,
    event: text(raw['event']) ?? '',
    actor: text(body['actor']),
    note: text(body['note']),
    alarm: after && parseAlarm({ ...after, ...known }),
  };
}

/** The alarm as its journal ends it: the live list tells no more of one that is over. */
export function ended(alarm: Alarm, entries: readonly Entry[]): Alarm {
  const last = entries.at(-1)?.alarm ?? null;
  if (isClosed(alarm) || last === null || !isClosed(last)) return alarm;
  const { state, closedAs, clearedAt, acknowledgedAt, acknowledgedBy } = last;
  return { ...alarm, state, closedAs, clearedAt, acknowledgedAt, acknowledgedBy };
}
