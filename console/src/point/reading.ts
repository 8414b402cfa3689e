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
