import type { Alarm } from '../alarm/alarm';
import { parseAlarm } from '../alarm/parse';
import { isJson } from '../api/parse';
import { Problem } from '../api/problem';
import { t } from '../i18n/locale.svelte';
import { acknowledge } from './acknowledge.svelte';
import { live } from './live.svelte';
import { session } from './session.svelte';
import { subjectText } from './wording';

/** Shelves; true when it was done or waits for approval. The notice says how it ended. */
export async function shelve(alarm: Alarm, minutes: number, reason: string): Promise<boolean> {
  return act(alarm, 'shelve', { minutes, reason: reason.trim() });
}

/** Takes out of service, for so many minutes; true when it was done or waits for approval. */
export async function takeOut(
  alarm: Alarm,
  minutes: number,
  reason: string,
  permit: string,
): Promise<boolean> {
  return act(alarm, 'out-of-service', { minutes, reason: reason.trim(), permit: permit.trim() });
}

export async function unshelve(alarm: Alarm, note = ''): Promise<boolean> {
  return act(alarm, 'unshelve', said(note));
}

export async function returnToService(alarm: Alarm, note = ''): Promise<boolean> {
  return act(alarm, 'return-to-service', said(note));
}

function said(note: string): object {
  return note.trim() === '' ? {} : { note: note.trim() };
}

const DONE = {
  shelve: 'shelf.done',
  'out-of-service': 'out.done',
  unshelve: 'shelf.returned',
  'return-to-service': 'shelf.in-service',
} as const;

async function act(alarm: Alarm, verb: keyof typeof DONE, body: object): Promise<boolean> {
  const tag = subjectText(alarm);
  try {
    const answer = await session.client.post(`/alarms/{alarm}/${verb}`, {
      path: { alarm: alarm.id },
      body,
    });
    if (isJson(answer) && answer['approval'] !== undefined) {
      acknowledge.say(() => t('shelf.asked', { tag }), false);
      return true;
    }
    const after = parseAlarm(answer);
    if (after) live.answered(after);
    acknowledge.say(() => t(DONE[verb], { tag }), false);
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const detail = error.detail || String(error.status);
    acknowledge.say(() => (error.status === 0 ? t('deed.unknown') : t('shelf.failed', { detail })), true);
    return false;
  }
}
