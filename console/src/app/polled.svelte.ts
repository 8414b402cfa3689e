import { untrack } from 'svelte';
import type { Query } from '../api/client';
import { session } from './session.svelte';

/** One answer of the server's, read again every few seconds while it is on the screen. */
export class Polled<T> {
  /** Null: not read yet. A failure keeps what is known. */
  value: T | null = $state.raw(null);
  problem: unknown = $state.raw(null);

  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | null = null;
  private path = '';

  constructor(
    private readonly parse: (raw: unknown) => T | null,
    private readonly every: number,
  ) {}

  /** Read this from now on; what was read of another path is not shown meanwhile. */
  follow(path: string, query: Query = {}): void {
    this.stop();
    if (path !== this.path) {
      this.value = null;
      this.problem = null;
    }
    this.path = path;
    this.asking = new AbortController();
    const { signal } = this.asking;
    untrack(() => void this.read(query, signal));
  }

  stop(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
  }

  private async read(query: Query, signal: AbortSignal): Promise<void> {
    try {
      if (!document.hidden) {
        this.value = this.parse(await session.client.get(this.path, query, signal));
        this.problem = null;
      }
    } catch (error) {
      if (signal.aborted) return;
      this.problem = error;
    }
    if (!signal.aborted) this.timer = setTimeout(() => void this.read(query, signal), this.every);
  }
}
