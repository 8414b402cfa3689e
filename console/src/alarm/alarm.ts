/** One alarm as the console knows it. Times are epoch milliseconds, UTC. */
export type Grade = 1 | 2 | 3 | 4;
export const GRADES: readonly Grade[] = [1, 2, 3, 4];

export function isGrade(digit: number): digit is Grade {
  return GRADES.some((grade) => grade === digit);
}

export const ALARM_STATES = [
  'normal',
  'unacknowledged',
  'acknowledged',
  'returned_unacknowledged',
  'shelved',
  'suppressed',
  'out_of_service',
] as const;
export type AlarmState = (typeof ALARM_STATES)[number];

export const CLOSINGS = ['cleared', 'superseded', 'withdrawn'] as const;
export type Closing = (typeof CLOSINGS)[number];

export type Scalar = number | string;

export interface AlarmMessage {
  readonly code: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface Alarm {
  readonly id: string;
  readonly enterprise: string;
  readonly tag: string | null;
  readonly subject: string;
  /** What kind of thing it is about: `point`, `gateway`, `enterprise`, … */
  readonly subjectType: string;
  readonly rule: string | null;
  /** Which version of the rule it stands by. */
  readonly ruleVersion?: number | null;
  readonly grade: Grade;
  readonly state: AlarmState;
  readonly closedAs: Closing | null;
  readonly historical: boolean;
  readonly exercise: boolean;
  readonly condition: string;
  readonly limit: Scalar | null;
  readonly value: Scalar | null;
  readonly unit: string;
  readonly message: AlarmMessage;
  readonly raisedAt: number;
  readonly receivedAt: number | null;
  readonly clearedAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: string | null;
  /** False while the database does not have it yet. */
  readonly recorded: boolean;
  /** False while nobody judges it: its judge has fallen silent. That is not "clear". */
  readonly judged: boolean;
  readonly pointId: number | null;
  readonly pointKind: string | null;
  readonly pointName: string | null;
  readonly pointNameEn: string | null;
  /** Occurrences of this point and direction before it that were superseded, not acknowledged. */
  readonly superseded: number;
  readonly offBoard: OffBoard | null;
  readonly hazardSource: string | null;
  /** Once it is over it stays until it is acknowledged then, and gives its source a grade until then. */
  readonly latch: boolean;
  /** Code of the group of detectors in which it rose; null: in none, it ranks at its source. */
  readonly group: string | null;
  /** Which of its group's alarms it was, from 1 (1 is the first-out); null: none of them. */
  readonly firstOutRank: number | null;
  /** It rose three times or more in a minute. */
  readonly chattering: boolean;
  /** It was over before anyone could act. */
  readonly fleeting: boolean;
}

/** Why an alarm is off the board: shelved, suppressed by design, or out of service. */
export interface OffBoard {
  /** Who; for what the plant's logic suppresses the id of the alarm that inhibits. */
  readonly by: string;
  readonly reason: string;
  readonly since: number | null;
  /** Null while the plant's logic holds it. */
  readonly until: number | null;
  readonly permit: string | null;
  readonly approvedBy: string | null;
  /** What the second person had to say. */
  readonly approvalNote: string | null;
  /** The logic of the rule that suppresses it; null: no rule does. */
  readonly logic: Logic | null;
}

/** A rule of suppression and what met its condition; `text`: the same in the server's words. */
export interface Logic {
  readonly name: string;
  readonly kind: string;
  readonly tag: string;
  readonly states: readonly string[];
  readonly direction: string | null;
  readonly limit: number | null;
  readonly unit: string;
  readonly alarm: string | null;
  readonly value: number | null;
  readonly text: string;
}

const STALE_MS = 24 * 3_600_000;

/** Standing for more than a day. */
export function isStale(alarm: Alarm, now: number): boolean {
  return alarm.clearedAt === null && !alarm.historical && now - alarm.raisedAt > STALE_MS;
}

export function isClosed(alarm: Alarm): boolean {
  return alarm.closedAs !== null || alarm.state === 'normal';
}

/** Does it wait for an operator? A historical alarm never does. */
export function isWaiting(alarm: Alarm): boolean {
  if (alarm.historical) return false;
  return alarm.state === 'unacknowledged' || alarm.state === 'returned_unacknowledged';
}
