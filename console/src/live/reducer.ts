import { isClosed, isWaiting, type Alarm } from '../alarm/alarm';
import type { Flood, Heartbeat, LiveMessage } from './message';
import { NO_VALUES, withFrame, type ValueTable } from './values';

/**
 * `waiting`: no snapshot on this connection yet; what is shown is the last known.
 * `live`: every event since the snapshot has been applied.
 * `gap`: an event is missing; only a fresh snapshot can be believed.
 */
export type Phase = 'waiting' | 'live' | 'gap';

export interface LiveState {
  readonly phase: Phase;
  readonly seq: number;
  /** All alarms that are not closed. */
  readonly alarms: ReadonlyMap<string, Alarm>;
  readonly values: ValueTable;
  readonly heartbeat: Heartbeat | null;
  /** Floods of alarms that go on. */
  readonly floods: readonly Flood[];
  /** How many snapshots were taken: 0 means that nothing is known yet. */
  readonly snapshots: number;
}

export const EMPTY: LiveState = {
  phase: 'waiting',
  seq: 0,
  alarms: new Map(),
  values: NO_VALUES,
  heartbeat: null,
  floods: [],
  snapshots: 0,
};

/**
 * The state after these messages, in their order. Pure: state before + events = fresh snapshot.
 * A batch is one call, so that a flood of events copies the alarm table once and not each time.
 */
export function reduce(state: LiveState, messages: readonly LiveMessage[]): LiveState {
  const draft: Draft = { ...state, ownAlarms: null };
  for (const message of messages) apply(draft, message);
  const { ownAlarms, ...next } = draft;
  return ownAlarms === null ? next : { ...next, alarms: ownAlarms };
}

type Draft = { -readonly [K in keyof LiveState]: LiveState[K] } & {
  /** The copy of `alarms` that this batch writes to, once there is something to write. */
  ownAlarms: Map<string, Alarm> | null;
};

function apply(draft: Draft, message: LiveMessage): void {
  switch (message.type) {
    case 'opened':
    case 'resync':
      draft.phase = 'waiting';
      return;
    case 'snapshot':
      takeSnapshot(draft, message.seq, message.alarms);
      draft.values = withFrame(NO_VALUES, message.points);
      draft.floods = message.floods ?? [];
      return;
    case 'alarm':
      takeEvent(draft, message.seq, message.alarm);
      return;
    case 'values':
      if (draft.phase === 'live') draft.values = withFrame(draft.values, message.points);
      return;
    case 'flood':
      if (draft.phase === 'live') draft.floods = message.floods;
      return;
    case 'heartbeat':
      draft.heartbeat = message.heartbeat;
      return;
    case 'recorded':
      for (const id of message.ids) markRecorded(draft, id);
      return;
    case 'answered':
      takeAnswer(draft, message.alarm);
  }
}

function takeSnapshot(draft: Draft, seq: number, alarms: readonly Alarm[]): void {
  draft.phase = 'live';
  draft.seq = seq;
  draft.snapshots += 1;
  const open = alarms.filter((alarm) => !isClosed(alarm));
  draft.ownAlarms = new Map(open.map((alarm) => [alarm.id, alarm]));
}

function takeEvent(draft: Draft, seq: number, alarm: Alarm): void {
  // Before the snapshot an event is part of it; after a gap nothing can be applied any more.
  if (draft.phase !== 'live' || seq <= draft.seq) return;
  if (seq !== draft.seq + 1) {
    draft.phase = 'gap';
    return;
  }
  draft.seq = seq;
  if (isClosed(alarm)) alarmsOf(draft).delete(alarm.id);
  else alarmsOf(draft).set(alarm.id, alarm);
}

function markRecorded(draft: Draft, id: string): void {
  const alarm = (draft.ownAlarms ?? draft.alarms).get(id);
  if (alarm && !alarm.recorded) alarmsOf(draft).set(id, { ...alarm, recorded: true });
}

/** The answer to an own acknowledgement may come before or after its event; the event is the truth. */
function takeAnswer(draft: Draft, alarm: Alarm): void {
  const known = (draft.ownAlarms ?? draft.alarms).get(alarm.id);
  if (!known || !isWaiting(known)) return;
  if (isClosed(alarm)) alarmsOf(draft).delete(alarm.id);
  else alarmsOf(draft).set(alarm.id, alarm);
}

function alarmsOf(draft: Draft): Map<string, Alarm> {
  return (draft.ownAlarms ??= new Map(draft.alarms));
}
