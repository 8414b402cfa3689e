/** Which rows of a long list are drawn: those in sight and a few around them. */
export interface RowWindow {
  readonly from: number;
  readonly to: number;
}

const AROUND = 8;

/** Which rows can be seen from edge to edge. */
export function fullyInSight(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
): RowWindow {
  const from = Math.min(count, Math.max(0, Math.ceil(scrollTop / rowHeight)));
  const to = Math.min(count, Math.floor((scrollTop + height) / rowHeight));
  return { from, to: Math.max(from, to) };
}

export function rowWindow(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
): RowWindow {
  const first = Math.floor(scrollTop / rowHeight) - AROUND;
  const last = Math.ceil((scrollTop + height) / rowHeight) + AROUND;
  return { from: Math.max(0, Math.min(first, count)), to: Math.max(0, Math.min(last, count)) };
}
