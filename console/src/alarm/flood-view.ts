import type { Flood } from '../live/message';

/** How the operator sees the list: in groups of its own accord in a flood, or as chosen. */
export interface FloodView {
  /** Grouped by the operator's own choice, flood or not. */
  readonly chosen: boolean;
  /** Grouped by itself, because of a flood that goes on. */
  readonly byFlood: boolean;
  /** The floods for which the operator switched the groups off, the newest last. */
  readonly refused: readonly string[];
}

export const UNGROUPED: FloodView = { chosen: false, byFlood: false, refused: [] };

/** The server tells at most 200 floods at a time; the oldest refusals go first. */
const REFUSALS = 1_000;

/** The view once these floods go on: a flood groups the list until it ends or is refused. */
export function inFloods(view: FloodView, floods: readonly Flood[]): FloodView {
  const park = floods.find((flood) => flood.enterprise === null);
  // While the park's flood goes on, those of its enterprises are parts of it and nothing new.
  const refusedWhole = park !== undefined && view.refused.includes(keyOf(park));
  const refused = refusedWhole ? refusing(view.refused, floods) : view.refused;
  const leading = park === undefined ? floods : [park];
  const byFlood = leading.some((flood) => !refused.includes(keyOf(flood)));
  const same = byFlood === view.byFlood && refused.length === view.refused.length;
  return same ? view : { ...view, byFlood, refused };
}

/** The operator switched the groups on or off; off holds for the floods that go on. */
export function switched(view: FloodView, floods: readonly Flood[]): FloodView {
  if (view.chosen || view.byFlood) {
    return { chosen: false, byFlood: false, refused: refusing(view.refused, floods) };
  }
  return { ...view, chosen: true };
}

function keyOf(flood: Flood): string {
  return JSON.stringify([flood.enterprise, flood.since]);
}

function refusing(refused: readonly string[], floods: readonly Flood[]): readonly string[] {
  const more = floods.map(keyOf).filter((key) => !refused.includes(key));
  return more.length === 0 ? refused : [...refused, ...more].slice(-REFUSALS);
}
