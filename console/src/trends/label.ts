/** Where a limit's words go: on its line, and where others stand on it already behind them. */
export interface Label {
  readonly y: number;
  readonly width: number;
}

/** Beside the names at an axis are their ticks and the gaps (uPlot: 10 and 5 px), and some air. */
const TICK_AND_GAPS = 20;

/** How wide an axis must be for the longest of its names, px: in no language is one cut. */
export function axisWidth(names: readonly string[], widthOf: (name: string) => number, least: number): number {
  return Math.ceil(Math.max(least, ...names.map((name) => widthOf(name) + TICK_AND_GAPS)));
}

/** How wide words are in this font, px. */
export function drawnWidth(font: string): (words: string) => number {
  const paper = document.createElement('canvas').getContext('2d');
  if (paper !== null) paper.font = font;
  return (words) => paper?.measureText(words).width ?? 0;
}

/** The left edge of each, px: nothing is written over what stands less than `high` above or below it. */
export function leftEdges(labels: readonly Label[], left: number, high: number, gap: number): number[] {
  const ends: { y: number; end: number }[] = [];
  return labels.map(({ y, width }) => {
    const x = ends.reduce((at, each) => (Math.abs(each.y - y) < high ? Math.max(at, each.end + gap) : at), left);
    ends.push({ y, end: x + width });
    return x;
  });
}

/** What an axis shows around one value alone: a tenth of it either way, not from nothing to its double. */
export function aroundOne(value: number): [number, number] {
  const room = Math.abs(value) / 10 || 1;
  return [value - room, value + room];
}
