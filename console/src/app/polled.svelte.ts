import { untrack } from 'svelte';
import type { Asked, PathOf, Said } from '../api/route';
import { session } from './session.svelte';

/** One answer of the server's, read again every few seconds while it is on the screen. */
export class Polled<T> {
  /** Null: not read yet. A failure keeps what is known. */
  value: T | null = $state.raw(null);
  problem: unknown = $state.raw(null);

  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | null = null;
  private of = '';

  constructor(
    private readonly parse: (raw: unknown) => T | null,
    private readonly every: number,
  ) {}

  /** Read this from now on; what was read of another path is not shown meanwhile. */
  follow<P extends PathOf<'get'>>(path: P, ...[asked]: Said<P, 'get'>): void {
    this.stop();
    const of = JSON.stringify([path, asked?.path]);
    if (of !== this.of) {
      this.value = null;
      this.problem = null;
    }
    this.of = of;
    this.asking = new AbortController();
    const { signal } = this.asking;
    const ask = () => session.client.get<P>(path, { ...(asked as Asked<P, 'get'>), signal });
    untrack(() => void this.read(ask, signal));
  }

  stop(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
  }

  private async read(ask: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
    try {
      if (!document.hidden) {
        this.value = this.parse(await ask());
        this.problem = null;
      }
    } catch (error) {
      if (signal.aborted) return;
      this.problem = error;
    }
    if (!signal.aborted) this.timer = setTimeout(() => void this.read(ask, signal), this.every);
  }
}
