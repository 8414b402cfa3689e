import { isWaiting, type Alarm } from '../alarm/alarm';
import { parseAlarm } from '../alarm/parse';
import { isJson, items, list, text } from '../api/parse';
import { t } from '../i18n/locale.svelte';
import { acknowledge, failedSentence, isUnknown } from './acknowledge.svelte';
import { live } from './live.svelte';
import { session } from './session.svelte';

/** One that did not end as it was meant to, and why not. */
export interface Left {
  readonly alarm: Alarm;
  readonly why: string;
}

export interface Outcome {
  readonly done: number;
  readonly left: readonly Left[];
}

/** Those that still are what the operator was shown, and why the others are not sent. */
export function unchanged(
  shown: readonly Alarm[],
  now: ReadonlyMap<string, Alarm>,
): { readonly send: readonly Alarm[]; readonly left: readonly Left[] } {
  const send: Alarm[] = [];
  const left: Left[] = [];
  for (const alarm of shown) {
    const current = now.get(alarm.id);
    if (current === undefined || !isWaiting(current)) left.push({ alarm, why: overText(current) });
    else if (current.grade < alarm.grade) left.push({ alarm, why: t('batch.changed') });
    else send.push(alarm);
  }
  return { send, left };
}

/** Acknowledges what was shown; throws the sentence that says why nothing came of it as an `Error`. */
export async function acknowledgeAll(shown: readonly Alarm[], note: string): Promise<Outcome> {
  const { send, left } = unchanged(shown, live.alarms);
  if (send.length === 0) return { done: 0, left };
  const ids = send.map((alarm) => alarm.id);
  const told = note.trim() === '' ? {} : { note: note.trim() };
  acknowledge.pending = new Set([...acknowledge.pending, ...ids]);
  try {
    const answer = await session.client.post('/alarms/acknowledge', { body: { ids, ...told } });
    const taken = items(answer, parseAlarm);
    taken.forEach((alarm) => live.answered(alarm));
    return outcomeOf(send, taken, refusals(answer), left);
  } catch (error) {
    const sentence = failedSentence(error);
    if (isUnknown(error)) acknowledge.doubt(send);
    throw new Error(sentence, { cause: error });
  } finally {
    acknowledge.pending = new Set([...acknowledge.pending].filter((id) => !ids.includes(id)));
  }
}

function outcomeOf(
  sent: readonly Alarm[],
  taken: readonly Alarm[],
  refused: ReadonlyMap<string, string>,
  before: readonly Left[],
): Outcome {
  const byId = new Map(taken.map((alarm) => [alarm.id, alarm]));
  const left = [...before];
  for (const alarm of sent) {
    const who = byId.get(alarm.id)?.acknowledgedBy ?? null;
    if (!byId.has(alarm.id)) left.push({ alarm, why: refused.get(alarm.id) ?? t('batch.unanswered') });
    else if (who !== null && who !== session.me?.username) left.push({ alarm, why: t('batch.by', { who }) });
  }
  return { done: sent.length + before.length - left.length, left };
}

/** Why the engine refused which, in its words. */
function refusals(answer: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const each of isJson(answer) ? list(answer['refused']) : []) {
    const id = isJson(each) ? text(each['id']) : null;
    if (isJson(each) && id !== null) found.set(id, text(each['text']) ?? t('batch.unanswered'));
  }
  return found;
}

function overText(alarm: Alarm | undefined): string {
  const who = alarm?.acknowledgedBy ?? null;
  return who === null ? t('batch.over') : t('batch.by', { who });
}
