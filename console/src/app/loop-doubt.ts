import type { Loop } from '../interlock/loop';
import { catalogue } from './catalogue.svelte';
import { isLate, unheardNow } from './lateness';

export type Shown = Pick<Loop, 'enterprise' | 'stateTag' | 'state' | 'knownAt'>;

/**
 * Whether the state of an interlock may not be read as what is so now: nobody knows it, or what tells
 * it is late. The feed tells of a silent gateway before the interlocks are read again.
 */
export function isInDoubt(shown: Shown, now: number): boolean {
  if (shown.state === null) return true;
  const point = catalogue.byTag.get(`${shown.enterprise}/${shown.stateTag ?? ''}`);
  if (point === undefined) return unheardNow()?.has(shown.enterprise) ?? true;
  return isLate(point, shown.knownAt ?? now, now);
}
