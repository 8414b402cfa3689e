import { untrack } from 'svelte';
import { isJson, type Json } from '../api/parse';
import type { Asked, PathOf } from '../api/route';
import { isBarred } from './reason';
import { session } from './session.svelte';

/** Beyond so many the oldest answers go. */
const MOST_KEPT = 100;
/** What could not be read is asked for again: the line or the database comes back. */
const AGAIN_MS = 5_000;

/**
 * One record at a time, asked for once and kept for a while: who goes up and down a list of alarms
 * does not ask for the same source, enterprise and rule at every row.
 */
export class LookedUp {
  /** Null: not read, or not to be had. */
  value: Json | null = $state.raw(null);
  problem: unknown = $state.raw(null);

  private readonly kept = new Map<string, { readonly at: number; readonly answer: Json | null }>();
  private asking: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly keepMs: number) {}

  /** `turn`: asked anew when it is another one. */
  ask<P extends PathOf<'get'>>(path: P, asked: Asked<P, 'get'>, turn = ''): void {
    this.stop();
    const of = JSON.stringify([path, asked.path, turn]);
    const known = this.kept.get(of);
    this.problem = null;
    this.value = known?.answer ?? null;
    if (known && performance.now() - known.at < this.keepMs) return;
    this.asking = new AbortController();
    const { signal } = this.asking;
    const ask = () => session.client.get<P>(path, { ...asked, signal });
    untrack(() => void this.read(of, ask, signal));
  }

  /** There is nothing to ask for. */
  clear(): void {
    this.stop();
    this.value = null;
    this.problem = null;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
  }

  private async read(of: string, ask: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
    try {
      const raw = await ask();
      if (signal.aborted) return;
      this.value = isJson(raw) ? raw : null;
      this.problem = null;
      this.keep(of, this.value);
    } catch (error) {
      if (signal.aborted) return;
      this.problem = error;
      if (!isBarred(error)) this.timer = setTimeout(() => void this.read(of, ask, signal), AGAIN_MS);
    }
  }

  private keep(of: string, answer: Json | null): void {
    this.kept.delete(of);
    const [oldest] = this.kept.keys();
    if (this.kept.size >= MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(of, { at: performance.now(), answer });
  }
}
