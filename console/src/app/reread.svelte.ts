import { t } from '../i18n/locale.svelte';
import { reasonOf } from './reason';
import { session } from './session.svelte';

/** Having dead letters read again: what is under way, and one sentence about how it ended. */
export class Reread {
  busy = $state(false);
  /** How it ended: worded when it is read, in the language of then. */
  private said: (() => string) | null = $state.raw(null);
  failed = $state(false);
  readonly sentence = $derived(this.said?.() ?? '');

  /** All of an enterprise, or only these. Never throws: the sentence says how it ended. */
  async ask(enterprise: string, ids?: readonly number[]): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.said = null;
    try {
      const body = ids === undefined ? { enterprise } : { enterprise, ids };
      await session.client.post('/dead-letters/reprocess', { body });
      this.failed = false;
      this.said = () => t('letters.asked');
    } catch (error) {
      this.failed = true;
      this.said = () => t('connections.failed', { reason: reasonOf(error) });
    } finally {
      this.busy = false;
    }
    return !this.failed;
  }
}
