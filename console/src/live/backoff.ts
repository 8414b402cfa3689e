const FIRST_MS = 250;
const LONGEST_MS = 4_000;

/**
 * How long to wait before the n-th try to reconnect (0 is the first). Half of it is chance, so that
 * a restarted server is not met by all screens at once. `chance` is in [0, 1).
 */
export function backoffMs(tries: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries, 10));
  return whole / 2 + (whole / 2) * chance;
}
