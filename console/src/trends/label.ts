/** Where a limit's words go: on its line, and where others stand on it already behind them. */
export interface Label {
  readonly y: number;
  readonly width: number;
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
