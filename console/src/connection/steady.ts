/** A row of a list that is read again and again. */
export interface Row<T> {
  readonly key: string;
  readonly item: T;
  /** It is not in the list any more; its place is kept while somebody points at the list. */
  readonly gone: boolean;
}

/**
 * The rows to show. While the list is held (somebody points at it, or is in it by keyboard), every
 * row keeps its place: what went stays as a mark, what is new waits. Else as it was read.
 */
export function steady<T>(
  before: readonly Row<T>[],
  read: readonly T[],
  keyOf: (item: T) => string,
  held: boolean,
): Row<T>[] {
  const fresh = read.map((item) => ({ key: keyOf(item), item, gone: false }));
  if (!held || before.length === 0) return fresh;
  const byKey = new Map(fresh.map((row) => [row.key, row]));
  return before.map((row) => byKey.get(row.key) ?? { ...row, gone: true });
}
