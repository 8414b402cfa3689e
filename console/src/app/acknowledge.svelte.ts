import type { Alarm } from '../alarm/alarm';
import { parseAlarm } from '../alarm/parse';
import { Problem } from '../api/problem';
import { t } from '../i18n/locale.svelte';
import { live } from './live.svelte';
import { session } from './session.svelte';
import { subjectText } from './wording';

/** Acknowledging: what is under way, and one sentence about how the last one ended. */
class Acknowledge {
  pending: ReadonlySet<string> = $state.raw(new Set());
  sentence = $state('');
  failed = $state(false);

  /** Asks the engine, through the api. Never throws: the sentence says how it ended. */
  async send(alarm: Alarm, note: string): Promise<boolean> {
    if (this.pending.has(alarm.id)) return false;
    this.pending = new Set([...this.pending, alarm.id]);
    try {
      const body = note.trim() === '' ? {} : { note: note.trim() };
      const answer = parseAlarm(await session.client.post('/alarms/{alarm}/acknowledge', { path: { alarm: alarm.id }, body }));
      if (answer) live.answered(answer);
      this.say(doneSentence(alarm, answer), false);
      return true;
    } catch (error) {
      this.say(failedSentence(error), true);
      return false;
    } finally {
      this.pending = new Set([...this.pending].filter((id) => id !== alarm.id));
    }
  }

  say(sentence: string, failed: boolean): void {
    this.sentence = sentence;
    this.failed = failed;
  }
}

function doneSentence(alarm: Alarm, answer: Alarm | null): string {
  const tag = subjectText(alarm);
  const who = answer?.acknowledgedBy;
  if (who && who !== session.me?.username) return t('ack.already', { tag, who });
  return t('ack.done', { tag });
}

/** Why an acknowledgement did not take effect; what is no problem of the server's is thrown on. */
export function failedSentence(error: unknown): string {
  if (!(error instanceof Problem)) throw error;
  switch (error.status) {
    case 0:
      return t('ack.failed.link');
    case 403:
      return t('ack.failed.role');
    case 404:
    case 409:
    case 410:
      return t('ack.failed.gone');
    case 502:
    case 503:
    case 504:
      return t('ack.failed.engine');
    default:
      return t('ack.failed.other', { detail: error.detail || String(error.status) });
  }
}

export const acknowledge = new Acknowledge();
