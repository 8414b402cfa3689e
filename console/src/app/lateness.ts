import { isOverdue, type Point } from '../point/point';
import { live } from './live.svelte';

/** Of what nothing is heard (`silentOf`); null: of nothing at all, the feed or the judge being away. */
export type Unheard = ReadonlySet<string> | null;

/**
 * Whether its value may not be read as what is so now: it is older than three of its periods, or it
 * reports on change and nothing is heard of its gateway, so that it may have changed since.
 */
export function isLate(point: Point, measuredAt: number, now: number, unheard: Unheard = unheardNow()): boolean {
  return isOverdue(point, measuredAt, now) || (point.onChange && isUnheard(point, unheard));
}

export function unheardNow(): Unheard {
  return live.blind ? null : live.silent;
}

function isUnheard(point: Point, unheard: Unheard): boolean {
  if (unheard === null) return true;
  return unheard.has(`${point.enterprise}/${point.gateway}`) || unheard.has(point.enterprise);
}
