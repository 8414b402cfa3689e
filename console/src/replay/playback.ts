import type { Period } from '../trends/span';

/** How many times as fast as it was. */
export const SPEEDS = [1, 2, 5, 10, 30, 60] as const;
export type Speed = (typeof SPEEDS)[number];

/** Where the replay stands. Times are epoch milliseconds. */
export interface Playback {
  readonly over: Period;
  readonly at: number;
  readonly speed: Speed;
  readonly playing: boolean;
}

export type Move =
  | { readonly do: 'load'; readonly over: Period }
  /** So much real time has passed, ms. */
  | { readonly do: 'tick'; readonly passed: number }
  | { readonly do: 'toggle' }
  | { readonly do: 'seek'; readonly at: number }
  | { readonly do: 'step'; readonly by: number }
  | { readonly do: 'speed'; readonly speed: Speed }
  | { readonly do: 'faster' }
  | { readonly do: 'slower' };

/** Nothing is loaded. */
export const EMPTY: Playback = { over: { start: 0, end: 0 }, at: 0, speed: 10, playing: false };

/** The replay after a move. It stops at its end; played from there it begins anew. */
export function moved(now: Playback, move: Move): Playback {
  switch (move.do) {
    case 'load':
      return { ...now, over: move.over, at: move.over.start, playing: false };
    case 'tick': {
      if (!now.playing) return now;
      const at = within(now, now.at + Math.max(0, move.passed) * now.speed);
      return { ...now, at, playing: at < now.over.end };
    }
    case 'toggle': {
      if (now.playing) return { ...now, playing: false };
      const ended = now.at >= now.over.end;
      return { ...now, at: ended ? now.over.start : now.at, playing: now.over.end > now.over.start };
    }
    case 'seek':
      return { ...now, at: within(now, move.at) };
    case 'step':
      return { ...now, at: within(now, now.at + move.by) };
    case 'speed':
      return { ...now, speed: move.speed };
    case 'faster':
      return { ...now, speed: SPEEDS.find((each) => each > now.speed) ?? now.speed };
    case 'slower':
      return { ...now, speed: SPEEDS.findLast((each) => each < now.speed) ?? now.speed };
  }
}

function within({ over }: Playback, at: number): number {
  return Math.min(over.end, Math.max(over.start, at));
}

/** The next of these moments after `at`, or the one before it; null: there is none. */
export function neighbour(moments: readonly number[], at: number, way: -1 | 1): number | null {
  const found =
    way === 1 ? moments.find((each) => each > at) : moments.findLast((each) => each < at);
  return found ?? null;
}
