import { isJson, type Json } from '../api/parse';
import type { Asked, PathOf } from '../api/route';
import { Polled } from './polled.svelte';

/** Who reads a record is on record, because it names people: it is not read again every few seconds. */
const AGAIN_MS = 300_000;

/** One record of the register as the server has it: the file on the screen, and what a form begins with. */
export class RegisterRecord {
  private readonly polled = new Polled<Json>((raw) => (isJson(raw) ? raw : null), AGAIN_MS);
  private readAgain: (() => void) | null = null;
  /** So often was it read anew because it changed. */
  turns = $state(0);

  get value(): Json | null {
    return this.polled.value;
  }

  get problem(): unknown {
    return this.polled.problem;
  }

  follow<P extends PathOf<'get'>>(path: P, asked: Asked<P, 'get'>): void {
    this.readAgain = () => this.polled.follow<P>(path, asked);
    this.readAgain();
  }

  /** It was changed here. */
  again(): void {
    this.turns += 1;
    this.readAgain?.();
  }

  stop(): void {
    this.polled.stop();
  }
}
