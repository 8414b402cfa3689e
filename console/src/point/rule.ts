import type { Grade } from '../alarm/alarm';
import { isJson, number, scalar, text } from '../api/parse';

/** A rule of a point, as far as the console shows it. */
export interface Rule {
  readonly id: string;
  readonly kind: string;
  readonly condition: string;
  readonly limit: number | string | null;
  readonly grade: Grade | null;
  readonly deadband: number | null;
  readonly onDelayS: number | null;
  readonly offDelayS: number | null;
}

export function parseRule(raw: unknown): Rule | null {
  if (!isJson(raw)) return null;
  const grade = raw['grade'];
  return {
    id: String(scalar(raw['id']) ?? ''),
    kind: text(raw['kind']) ?? '',
    condition: text(raw['condition']) ?? text(raw['kind']) ?? '',
    limit: scalar(raw['limit']),
    grade: grade === 1 || grade === 2 || grade === 3 || grade === 4 ? grade : null,
    deadband: number(raw['deadband']),
    onDelayS: number(raw['on_delay_s']),
    offDelayS: number(raw['off_delay_s']),
  };
}
