import { isClosed, type Alarm } from '../alarm/alarm';
import { SPANS, type Period } from './span';

export const AROUND_MS = SPANS['15m'];
/** It moves on by what can be seen to move. */
const STEPS = 300;
const SHORTEST_STEP_MS = 1_000;

/**
 * The time that a trend shows of an alarm: from 15 min before it, until now while it is open; of one
 * that is over until 15 min after the last that it tells of itself, which stands still.
 */
export function around(alarm: Alarm, now: number): Period {
  const start = alarm.raisedAt - AROUND_MS;
  if (!isClosed(alarm)) {
    const step = Math.max(SHORTEST_STEP_MS, Math.floor((now - start) / STEPS / 1_000) * 1_000);
    return { start, end: Math.max(Math.ceil(now / step) * step, alarm.raisedAt) };
  }
  const last = Math.max(alarm.raisedAt, alarm.clearedAt ?? 0, alarm.acknowledgedAt ?? 0);
  return { start, end: Math.max(Math.min(last + AROUND_MS, now), last) };
}
