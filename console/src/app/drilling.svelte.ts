import { parseCurrent, type Drill } from '../drill/drill';
import { Polled } from './polled.svelte';

const AGAIN_MS = 5_000;

/** Whether a drill goes on: every console of the park asks, and shows it. */
class Drilling {
  private readonly read = new Polled<{ readonly drill: Drill | null }>(parseCurrent, AGAIN_MS);

  /** A failure keeps what is known: a banner does not go because nobody answers. */
  get now(): Drill | null {
    return this.read.value?.drill ?? null;
  }

  /** Ask now, and again every few seconds. */
  follow(): void {
    this.read.follow('/drills/current');
  }

  stop(): void {
    this.read.stop();
  }
}

export const drilling = new Drilling();
