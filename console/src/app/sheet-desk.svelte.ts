import { isJson, number } from '../api/parse';
import { Problem } from '../api/problem';
import { t } from '../i18n/locale.svelte';
import {
  isWorkbook,
  MOST_BYTES,
  parseRehearsal,
  refusalOf,
  type Coordinates,
  type Mode,
  type Refusal,
  type Rehearsal,
} from '../register/sheet';
import { reasonOf } from './reason';
import { session } from './session.svelte';

/** The server looks at a large sheet for up to two minutes, and says so when it gives up. */
const PATIENCE_MS = 135_000;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** How a sheet is to be read. */
export interface Told {
  readonly mode: Mode;
  readonly coordinates: Coordinates;
  readonly enterprise: string;
  readonly reason: string;
}

/** A sheet of points: looked at first, stored only after that, with the same file and the same words. */
export class SheetDesk {
  file: File | null = $state.raw(null);
  /** Since when it works, epoch ms of this computer; null: it does not. */
  since: number | null = $state(null);
  rehearsal: Rehearsal | null = $state.raw(null);
  refusal: Refusal | null = $state.raw(null);
  /** Worded when it is read, in the language of then. */
  private said: (() => string) | null = $state.raw(null);
  /** What went wrong with the whole, or how it ended. */
  readonly sentence = $derived(this.said?.() ?? '');
  done = $state(false);

  private looked = '';
  private asking: AbortController | null = null;

  /** Another file: what was found of the one before is not its. */
  choose(file: File | null): void {
    this.forget();
    this.file = file;
  }

  /** The words changed: what was found is of others. */
  forget(): void {
    this.asking?.abort();
    this.since = null;
    this.rehearsal = null;
    this.refusal = null;
    this.said = null;
    this.done = false;
    this.looked = '';
  }

  /** Whether what was looked at is what would be stored now. */
  isLooked(told: Told): boolean {
    return this.rehearsal !== null && this.looked === JSON.stringify(told);
  }

  async look(told: Told): Promise<void> {
    const answer = await this.send(told, true);
    if (answer === null) return;
    this.rehearsal = parseRehearsal(answer);
    this.looked = JSON.stringify(told);
  }

  /** True: it is stored, or waits for a second person. */
  async carryOut(told: Told): Promise<boolean> {
    if (!this.isLooked(told)) return false;
    const answer = await this.send(told, false);
    if (!isJson(answer)) return false;
    this.done = true;
    this.said = () =>
      answer['approval'] === undefined
        ? t('sheet.stored', {
            created: number(answer['created']) ?? 0,
            updated: number(answer['updated']) ?? 0,
          })
        : t('sheet.asked');
    return true;
  }

  private async send(told: Told, rehearsing: boolean): Promise<unknown> {
    const { file } = this;
    if (file === null || this.since !== null) return null;
    this.forget();
    if (file.size > MOST_BYTES) {
      this.said = () => t('sheet.too-large', { megabytes: MOST_BYTES / 1024 / 1024 });
      return null;
    }
    const asking = new AbortController();
    this.asking = asking;
    this.since = Date.now();
    try {
      const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
      const body = new Blob([file], { type: isWorkbook(head) ? XLSX : 'text/csv' });
      const query = {
        mode: told.mode,
        coordinates: told.coordinates,
        dry_run: rehearsing,
        enterprise: told.enterprise || undefined,
        reason: told.reason || undefined,
      };
      return await session.client.post('/points/import', {
        query,
        body,
        signal: asking.signal,
        patience: PATIENCE_MS,
      });
    } catch (error) {
      if (!asking.signal.aborted) this.tell(error);
      return null;
    } finally {
      if (this.asking === asking) this.since = null;
    }
  }

  private tell(error: unknown): void {
    if (!(error instanceof Problem)) {
      // It was changed or moved since it was chosen: what was chosen is not there any more.
      this.said = () => t('sheet.unreadable');
    } else if (error.status === 422 || error.status === 409) {
      this.refusal = refusalOf(error);
    } else this.said = () => t('connections.failed', { reason: reasonOf(error) });
  }
}
