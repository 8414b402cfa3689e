import { isWaiting, type Alarm } from '../alarm/alarm';
import { parseAlarm } from '../alarm/parse';
import { Problem } from '../api/problem';
import { t } from '../i18n/locale.svelte';
import { live } from './live.svelte';
import { session } from './session.svelte';
import { subjectText } from './wording';

/** A sentence, or how it is made: that follows the language. */
export type Said = string | (() => string);

interface Doubt {
  readonly alarm: Alarm;
  /** How many snapshots had been taken by then: the next one tells. */
  readonly snapshots: number;
}

/** Acknowledging: what is under way, and one sentence about how the last one ended. */
class Acknowledge {
  pending: ReadonlySet<string> = $state.raw(new Set());
  private said: Said = $state.raw('');
  failed = $state(false);
  /** In the language of now. */
  readonly sentence = $derived(typeof this.said === 'string' ? this.said : this.said());
  /** Sent, and nobody knows whether they arrived. */
  private doubted: readonly Doubt[] = $state.raw([]);

  /** A sentence about what is not known yet stands until it is. */
  get open(): boolean {
    return this.doubted.length > 0;
  }

  /** Asks the engine, through the api. Never throws: the sentence says how it ended. */
  async send(alarm: Alarm, note: string): Promise<boolean> {
    if (this.pending.has(alarm.id)) return false;
    this.pending = new Set([...this.pending, alarm.id]);
    try {
      const body = note.trim() === '' ? {} : { note: note.trim() };
      const answer = parseAlarm(await session.client.post('/alarms/{alarm}/acknowledge', { path: { alarm: alarm.id }, body }));
      if (answer) live.answered(answer);
      this.say(() => doneSentence(alarm, answer), false);
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.say(() => failedSentence(error), true);
      if (isUnknown(error)) this.doubt([alarm]);
      return false;
    } finally {
      this.pending = new Set([...this.pending].filter((id) => id !== alarm.id));
    }
  }

  /** The line broke before the answer came: take everything anew, and see. */
  doubt(alarms: readonly Alarm[]): void {
    const { snapshots } = live;
    this.doubted = [...this.doubted, ...alarms.map((alarm) => ({ alarm, snapshots }))];
    live.renew();
  }

  /** What the feed has told meanwhile of those whose answer never came. */
  settle(): void {
    const known = ({ alarm, snapshots }: Doubt): boolean => {
      const now = live.alarms.get(alarm.id);
      return live.snapshots > snapshots || (now !== undefined && !isWaiting(now));
    };
    const settled = this.doubted.filter(known).map(({ alarm }) => ({ alarm, now: live.alarms.get(alarm.id) }));
    if (settled.length === 0) return;
    this.doubted = this.doubted.filter((each) => !known(each));
    const left = settled.filter(({ now }) => now !== undefined && isWaiting(now));
    const [only] = settled;
    if (settled.length > 1 || !only) {
      const counts = { done: settled.length - left.length, rest: left.length };
      this.say(() => t('ack.settled.several', counts), left.length > 0);
    } else this.say(() => settledSentence(only.alarm, only.now), left.length > 0);
  }

  /** Another operator begins anew. */
  forget(): void {
    this.doubted = [];
    this.say('', false);
  }

  /** Another language is chosen: what was said in fixed words, and was no failure, is over. */
  forgetWords(): void {
    if (typeof this.said === 'string' && !this.failed) this.say('', false);
  }

  say(said: Said, failed: boolean): void {
    this.said = said;
    this.failed = failed;
  }
}

function doneSentence(alarm: Alarm, answer: Alarm | null): string {
  const tag = subjectText(alarm);
  const who = answer?.acknowledgedBy;
  if (who && who !== session.me?.username) return t('ack.already', { tag, who });
  return t('ack.done', { tag });
}

function settledSentence(alarm: Alarm, now: Alarm | undefined): string {
  const tag = subjectText(alarm);
  if (now === undefined) return t('ack.settled.gone', { tag });
  return isWaiting(now) ? t('ack.settled.not', { tag }) : doneSentence(alarm, now);
}

/** No answer came: it may have arrived all the same. */
export function isUnknown(error: unknown): boolean {
  return error instanceof Problem && error.status === 0;
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
