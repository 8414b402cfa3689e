import { isOverdue, type Point } from '../point/point';
import { live } from './live.svelte';

/**
 * Whether its value may not be read as what is so now: it is older than three of its periods, or it
 * reports on change and nothing is heard of its gateway, so that it may have changed since. `silent`:
 * of what nothing is heard (`silentOf`).
 */
export function isLate(point: Point, measuredAt: number, now: number, silent = live.silent): boolean {
  return isOverdue(point, measuredAt, now) || isUnheard(point, silent);
}

function isUnheard(point: Point, silent: ReadonlySet<string>): boolean {
  return point.onChange && (silent.has(`${point.enterprise}/${point.gateway}`) || silent.has(point.enterprise));
}
