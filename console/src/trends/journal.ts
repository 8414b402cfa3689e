import type { Alarm } from '../alarm/alarm';
import { items } from '../api/parse';
import { session } from '../app/session.svelte';
import { deedOf } from './deed';
import type { Mark } from './mark';

/** Of so many alarms the journals are read, newest first: a picture of more would tell nothing. */
export const MOST_ALARMS = 20;
const LINKS = 200;
/** What was read of alarms that are over, in which nothing happens any more. */
const MOST_KEPT = 500;
const kept = new Map<string, readonly Mark[]>();

/** Who took which of these alarms off the board and put it back, and the plant's own logic. */
export async function readDeeds(alarms: readonly Alarm[], stop: AbortSignal): Promise<readonly Mark[]> {
  const newest = [...alarms].sort((a, b) => b.raisedAt - a.raisedAt).slice(0, MOST_ALARMS);
  const found = await Promise.all(newest.map((alarm) => deedsOfAlarm(alarm, stop)));
  return found.flat();
}

async function deedsOfAlarm(alarm: Alarm, stop: AbortSignal): Promise<readonly Mark[]> {
  const known = kept.get(alarm.id);
  if (known !== undefined) return known;
  const answer = await session.client.get('/alarms/{alarm}/journal', {
    path: { alarm: alarm.id },
    query: { limit: LINKS, fields: 'at,event,body' },
    signal: stop,
  });
  const marks = items(answer, (raw) => deedOf(raw, alarm));
  if (alarm.closedAs !== null) {
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(alarm.id, marks);
  }
  return marks;
}
