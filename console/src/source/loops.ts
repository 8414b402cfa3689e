import type { Loop } from '../interlock/loop';

/** The loops that need a look first: not in service, then bypassed, then by tag. */
export function gravestLoops(loops: readonly Loop[]): Loop[] {
  const rank = (loop: Loop): number =>
    loop.inService === false ? 0 : loop.bypass !== null ? 1 : loop.inService === null ? 2 : 3;
  return [...loops].sort((a, b) => rank(a) - rank(b) || (a.tag < b.tag ? -1 : 1));
}
