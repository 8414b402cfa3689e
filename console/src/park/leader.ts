/** Where something is on the drawing, in pixels from its top left corner. */
export interface Spot<T> {
  readonly item: T;
  readonly x: number;
  readonly y: number;
}

/** Its mark at the edge of the drawing: which side, and how far down. */
export interface Leader<T> extends Spot<T> {
  readonly side: 'left' | 'right';
  readonly markY: number;
}

export interface Leaders<T> {
  readonly leaders: readonly Leader<T>[];
  /** For so many there is no room; the first of those given have it. */
  readonly beyond: number;
}

/**
 * Marks in two columns at the edges, in the order of their spots from top to bottom, so that no two
 * lines of a side cross and no mark covers another. `step`: how far apart marks stand, pixels.
 * What is given first has room first: give the gravest first.
 */
export function leaders<T>(
  spots: readonly Spot<T>[],
  width: number,
  height: number,
  step: number,
): Leaders<T> {
  const room = Math.max(0, Math.floor(height / step));
  const sides: Record<'left' | 'right', Spot<T>[]> = { left: [], right: [] };
  let beyond = 0;
  for (const spot of spots) {
    const near = spot.x < width / 2 ? 'left' : 'right';
    const far = near === 'left' ? 'right' : 'left';
    const side = sides[near].length < room ? near : far;
    if (sides[side].length < room) sides[side].push(spot);
    else beyond += 1;
  }
  const placed = (['left', 'right'] as const).flatMap((side) =>
    column(sides[side], height, step).map((each) => ({ ...each, side })),
  );
  return { leaders: placed, beyond };
}

/** As near to their spots as they can stand, `step` apart, all within the height. */
function column<T>(
  spots: readonly Spot<T>[],
  height: number,
  step: number,
): (Spot<T> & { markY: number })[] {
  const sorted = [...spots].sort((a, b) => a.y - b.y);
  const placed: (Spot<T> & { markY: number })[] = [];
  let lowest = step / 2;
  sorted.forEach((spot, index) => {
    const below = sorted.length - 1 - index;
    const most = height - step / 2 - below * step;
    const markY = Math.min(Math.max(spot.y, lowest), most);
    placed.push({ ...spot, markY });
    lowest = markY + step;
  });
  return placed;
}
