/**
 * The newest value of each point, in columns. No object per point: a frame of 5,000 values copies
 * four arrays, and a screen reads only the slots it draws.
 */
export type Value = number | string | null;
/** 0 good, 1 uncertain, 2 bad (contract). */
export type Quality = 0 | 1 | 2;

export interface ValueFrame {
  readonly id: readonly number[];
  readonly t: readonly number[];
  readonly v: readonly Value[];
  readonly q: readonly number[];
}

export interface ValueTable {
  readonly slots: ReadonlyMap<number, number>;
  readonly t: readonly number[];
  readonly v: readonly Value[];
  readonly q: readonly Quality[];
}

export interface NewestValue {
  readonly t: number;
  readonly v: Value;
  readonly q: Quality;
}

export const NO_VALUES: ValueTable = { slots: new Map(), t: [], v: [], q: [] };

/** The table after a frame. The given table is left as it is. */
export function withFrame(table: ValueTable, frame: ValueFrame): ValueTable {
  if (frame.id.length === 0) return table;
  const slots = frame.id.some((id) => !table.slots.has(id)) ? new Map(table.slots) : table.slots;
  const t = table.t.slice();
  const v = table.v.slice();
  const q = table.q.slice();
  frame.id.forEach((id, i) => {
    const slot = slots.get(id) ?? claim(slots as Map<number, number>, id);
    t[slot] = frame.t[i] ?? 0;
    v[slot] = frame.v[i] ?? null;
    q[slot] = quality(frame.q[i]);
  });
  return { slots, t, v, q };
}

export function newest(table: ValueTable, id: number | null): NewestValue | null {
  const slot = id === null ? undefined : table.slots.get(id);
  if (slot === undefined) return null;
  return { t: table.t[slot] ?? 0, v: table.v[slot] ?? null, q: table.q[slot] ?? 2 };
}

function claim(slots: Map<number, number>, id: number): number {
  const slot = slots.size;
  slots.set(id, slot);
  return slot;
}

function quality(raw: number | undefined): Quality {
  return raw === 0 || raw === 1 ? raw : 2;
}
