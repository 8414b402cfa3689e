/** Where the line from an indicator to its place in the vessel runs, in units of the drawing. */
export interface Leader {
  /** At the vessel. */
  readonly x: number;
  readonly y: number;
  /** The height of its level part, above vessel and indicators. */
  readonly over: number;
  /** At the indicator. */
  readonly to: number;
}

export interface Frame {
  readonly vessel: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  /** Below this the level parts end; each further one runs `step` above it. */
  readonly under: number;
  readonly step: number;
}

/**
 * A line for each indicator (`inside`: to the vessel's inside, at which share of its height), from
 * left to right. They are nested in each other, so that none crosses another: the first indicator
 * has the lowest line and the place furthest right.
 */
export function leadersOf(
  indicators: readonly { readonly x: number; readonly inside: boolean; readonly share: number }[],
  { vessel, under, step }: Frame,
): Leader[] {
  const inside = indicators.filter((each) => each.inside).length;
  const room = (vessel.right - vessel.left) / (inside + 1);
  let [within, outside] = [0, 0];
  return indicators.map((each, index) => ({
    x: each.inside ? vessel.right - room * ++within : vessel.left - 9 * ++outside,
    y: each.inside ? vessel.bottom - each.share * (vessel.bottom - vessel.top) : vessel.bottom,
    over: under - step * index,
    to: each.x,
  }));
}
