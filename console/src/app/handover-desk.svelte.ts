import { parseKept, type KeptHandover } from '../alarm/kept-handover';
import { Problem } from '../api/problem';
import { t } from '../i18n/locale.svelte';
import { acknowledge } from './acknowledge.svelte';
import { reasonOf } from './reason';
import { session } from './session.svelte';

/** Making a sheet of a whole park and keeping it may take longer than a look. */
const PATIENCE_MS = 20_000;

/** Handing over and taking over: one form at a time, and why the last try was refused. */
export class HandoverDesk {
  busy = $state(false);
  refused = $state('');

  /** What is kept; null: it was refused. */
  async give(hours: number, now: number, note: string): Promise<KeptHandover | null> {
    const since = new Date(now - hours * 3_600_000).toISOString();
    const body = { since, note: note.trim() || undefined };
    const kept = await this.send(() => session.client.post('/handovers', { body, patience: PATIENCE_MS }));
    if (kept !== null) acknowledge.say(t('handover.given'), false);
    return kept;
  }

  /** `signer`: who stands beside whoever is signed in; null: who is signed in. */
  async take(
    id: string,
    signer: { readonly username: string; readonly password: string } | null,
    note: string,
  ): Promise<KeptHandover | null> {
    const body = { signer: signer ?? undefined, note: note.trim() || undefined };
    const kept = await this.send(() =>
      session.client.post('/handovers/{handover}/sign', { path: { handover: id }, body, patience: PATIENCE_MS }),
    );
    if (kept !== null) acknowledge.say(t('handover.taken', { who: kept.takenBy ?? '' }), false);
    return kept;
  }

  private async send(work: () => Promise<unknown>): Promise<KeptHandover | null> {
    if (this.busy) return null;
    this.busy = true;
    this.refused = '';
    try {
      return parseKept(await work());
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.refused = sentenceOf(error);
      return null;
    } finally {
      this.busy = false;
    }
  }
}

function sentenceOf(error: Problem): string {
  if (error.status === 503) return t('handover.refused.database');
  if (error.status === 409) return t('handover.refused.taken');
  if (error.status === 403) return t('handover.refused.person');
  if (error.status === 422 && error.fields.some(({ field }) => field.startsWith('signer'))) {
    return t('handover.refused.password');
  }
  return t('connections.failed', { reason: reasonOf(error) });
}
