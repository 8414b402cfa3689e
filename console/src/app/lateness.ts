import { isOverdue, type Point } from '../point/point';
import { live } from './live.svelte';

/**
 * Whether its value may not be read as what is so now: it is older than three of its periods, or it
 * reports on change and nothing is heard of its gateway, so that it may have changed since.
 */
export function isLate(point: Point, measuredAt: number, now: number): boolean {
  return isOverdue(point, measuredAt, now) || isUnheard(point);
}

export function isUnheard(point: Point): boolean {
  return point.onChange && (live.silent.has(`${point.enterprise}/${point.gateway}`) || live.silent.has(point.enterprise));
}
