import { parsePolicy, STANDARD, type ShelvingPolicy } from '../alarm/shelf';
import { Polled } from './polled.svelte';

const AGAIN_MS = 60_000;

/** The park's shelving policy: read at the beginning, each minute, and by whoever opens a form. */
class Shelving {
  private readonly read = new Polled<ShelvingPolicy>(parsePolicy, AGAIN_MS);

  /** The standard's until it was read once; a failure keeps what is known. */
  get policy(): ShelvingPolicy {
    return this.read.value ?? STANDARD;
  }

  /** Read it now, and again from time to time. */
  follow(): void {
    this.read.follow('/shelving-policy');
  }

  stop(): void {
    this.read.stop();
  }
}

export const shelving = new Shelving();
