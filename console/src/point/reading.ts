import { instant, isJson, number, scalar, text } from '../api/parse';
import type { Quality, Value } from '../live/values';

/** A stored reading or a roll-up of some (then `value` is the mean). `at` is epoch ms. */
export interface Reading {
  readonly at: number;
  readonly value: Value;
  readonly min: number | null;
  readonly max: number | null;
  readonly quality: Quality;
}

export function parseReading(raw: unknown): Reading | null {
  if (!isJson(raw)) return null;
  const at = instant(raw['measured_at']) ?? instant(raw['bucket']) ?? instant(raw['time']);
  if (at === null) return null;
  return {
    at,
    value: scalar(raw['value']) ?? number(raw['mean']) ?? scalar(raw['last']),
    min: number(raw['min']),
    max: number(raw['max']),
    quality: quality(raw['quality'] ?? raw['worst_quality']),
  };
}

function quality(raw: unknown): Quality {
  if (raw === undefined || raw === null) return 0;
  const name = text(raw);
  if (name !== null) return name === 'good' ? 0 : name === 'uncertain' ? 1 : 2;
  return raw === 0 || raw === 1 ? raw : 2;
}

/** Without a time of its own, a reading bears that of its receipt, and two receive it: the engine and the door. */
const SAME_MS = 1_000;

/** What came live after the last that is stored; the live push tells a state by its code. */
export function newer(
  came: readonly Reading[],
  last: Reading | undefined,
  states: readonly string[] | null,
): readonly Reading[] {
  if (last === undefined) return came;
  const told = (each: Reading): Reading['value'] =>
    typeof each.value === 'number' ? (states?.[each.value] ?? each.value) : each.value;
  return came.filter(
    (each) => each.at > last.at && (each.at - last.at >= SAME_MS || told(each) !== told(last)),
  );
}
