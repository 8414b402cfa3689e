/** Which rows of a long list are drawn: those in sight and a few around them. */
export interface RowWindow {
  readonly from: number;
  readonly to: number;
}

const AROUND = 8;

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
