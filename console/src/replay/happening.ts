import type { Alarm } from '../alarm/alarm';
import { parseAlarm } from '../alarm/parse';
import { instant, isJson, number, text } from '../api/parse';

/** What happened to an alarm (`GET /journal`). Times are epoch milliseconds. */
export interface Happening {
  readonly seq: number;
  readonly alarmId: string;
  /** By the judging time: when it was true. */
  readonly at: number;
  /** When the engine noted it and told the consoles. */
  readonly notedAt: number;
  readonly event: string;
  /** Null: the engine. */
  readonly actor: string | null;
  readonly note: string | null;
  /** The alarm after it. */
  readonly alarm: Alarm;
}

export function parseHappening(raw: unknown): Happening | null {
  if (!isJson(raw)) return null;
  const [alarmId, alarm] = [text(raw['alarm_id']), parseAlarm(raw['alarm'])];
  const [at, notedAt] = [instant(raw['at']), instant(raw['noted_at'])];
  if (alarmId === null || alarm === null || at === null || notedAt === null) return null;
  return {
    seq: number(raw['seq']) ?? 0,
    alarmId,
    at,
    notedAt,
    event: text(raw['event']) ?? '',
    actor: text(raw['actor']),
    note: text(raw['note']),
    alarm,
  };
}
