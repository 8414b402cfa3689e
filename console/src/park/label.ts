/** A label as it would stand: its middle and its size, pixels. */
export interface Label<T> {
  readonly item: T;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a label stands; `moved`: not on its spot any more, so a line has to lead there. */
export interface Laid<T> extends Label<T> {
  readonly spotX: number;
  readonly spotY: number;
  readonly moved: boolean;
}

type Size = { readonly x: number; readonly y: number };
type Box = Omit<Label<unknown>, 'item'>;

/** Between two labels, pixels. */
const GAP = 2;
/** So far a label may go, in its own heights; farther off nobody would look for it. */
const REACH = 5;

const STEPS = Array.from({ length: 4 * REACH + 1 }, (_, i) => i / 2 - REACH);
/** Ways off the spot in label heights, the shortest first; the first leads nowhere. */
const WAYS = STEPS.flatMap((y) => STEPS.map((x) => [x, y] as const)).sort(
  ([ax, ay], [bx, by]) => ax * ax + ay * ay - (bx * bx + by * by),
);

/**
 * Labels that do not lie over each other nor over what is `fixed`, each as near to its spot as there is room.
 * What is given first stays where it is: so give them in an order that no alarm changes. One without any room
 * near its spot, as in a view of a whole crowded park, stays on it.
 */
export function apart<T>(
  labels: readonly Label<T>[],
  fixed: readonly Box[],
  size: Size,
): Laid<T>[] {
  const taken: Box[] = [...fixed];
  return labels.map((label) => {
    const around = taken.filter((box) => isNear(label, box));
    const free = (box: Box): boolean => !around.some((other) => overlap(box, other));
    // What is in sight has its whole label in sight.
    const bound = inside({ ...label, width: 0, height: 0 }, size);
    const way = WAYS.find(([x, y]) => {
      const box = shifted(label, x, y);
      return free(box) && (!bound || inside(box, size));
    });
    const found = way === undefined ? label : shifted(label, ...way);
    taken.push(found);
    return {
      ...label,
      x: found.x,
      y: found.y,
      spotX: label.x,
      spotY: label.y,
      moved: found.x !== label.x || found.y !== label.y,
    };
  });
}

function shifted(label: Box, x: number, y: number): Box {
  const { width, height } = label;
  return { x: label.x + x * height, y: label.y + y * height, width, height };
}

/** Whether it could be met anywhere within reach. */
function isNear(label: Box, other: Box): boolean {
  const reach = (REACH + 1) * label.height;
  return (
    Math.abs(label.x - other.x) < reach + (label.width + other.width) / 2 &&
    Math.abs(label.y - other.y) < reach + (label.height + other.height) / 2
  );
}

export function overlap(a: Box, b: Box): boolean {
  return (
    Math.abs(a.x - b.x) < (a.width + b.width) / 2 + GAP &&
    Math.abs(a.y - b.y) < (a.height + b.height) / 2 + GAP
  );
}

function inside(box: Box, size: Size): boolean {
  return (
    box.x >= box.width / 2 &&
    box.y >= box.height / 2 &&
    box.x <= size.x - box.width / 2 &&
    box.y <= size.y - box.height / 2
  );
}
