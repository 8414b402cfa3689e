import type { BodyOf } from '../api/route';
import { Problem } from '../api/problem';
import { t } from '../i18n/locale.svelte';
import { parseBacktest, type Backtest, type Proposed, type SpanDays } from '../point/backtest';
import { clock } from './clock.svelte';
import { toldOf, whole, type Told } from './form-desk.svelte';
import { session } from './session.svelte';

const DAY_MS = 86_400_000;
/** The server gives up after two minutes, and says so. */
const PATIENCE_MS = 135_000;

/** Trying rules on the past: one at a time; nothing is put in force. */
export class PastTrial {
  /** Since when it runs, by the server's clock; null: it does not. */
  since: number | null = $state(null);
  result: Backtest | null = $state.raw(null);
  /** What the result is of, to tell whether the form says something else by now. */
  of = $state('');
  /** Why it failed: worded when it is read, in the language of then. */
  private problem: Problem | null = $state.raw(null);
  readonly told: Told = $derived(this.problem === null ? {} : toldOf(this.problem));
  readonly sentence = $derived(
    this.problem === null ? '' : t('backtest.failed', { reason: whole(this.problem, this.told) }),
  );

  private asking: AbortController | null = null;

  async run(proposed: Proposed, days: SpanDays): Promise<void> {
    this.stop();
    const asking = new AbortController();
    this.asking = asking;
    this.since = clock.now;
    this.result = null;
    this.problem = null;
    const end = Date.now() + (clock.offset ?? 0);
    const stretch = {
      start: new Date(end - days * DAY_MS).toISOString(),
      end: new Date(end).toISOString(),
    };
    try {
      const body = { ...stretch, ...proposed };
      const answer = await session.client.post('/rules/backtest', {
        body: body as BodyOf<'/rules/backtest', 'post'>,
        signal: asking.signal,
        patience: PATIENCE_MS,
      });
      const found = parseBacktest(answer);
      if (found === null) throw new Problem(502, '', '');
      this.result = found;
      this.of = JSON.stringify(proposed);
    } catch (error) {
      if (asking.signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      this.problem = error;
    } finally {
      if (this.asking === asking) this.since = null;
    }
  }

  stop(): void {
    this.asking?.abort();
    this.asking = null;
    this.since = null;
  }
}
