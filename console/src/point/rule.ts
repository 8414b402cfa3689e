import { isJson, number, text } from '../api/parse';
import { parseDetector, type Detector } from './detector';
import { parseFacts, type RuleFacts } from './rule-facts';

/** The levels of a point, in the order of what they limit. */
export const CONDITIONS = ['HH', 'H', 'L', 'LL'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** A limit of a point; `limit` and `deadband` in the point's unit. */
export interface Rule extends RuleFacts {
  readonly kind: 'limit';
  readonly tag: string;
  readonly condition: string;
  readonly limit: number;
  readonly deadband: number;
}

export type AnyRule = Rule | Detector;

export function parseRule(raw: unknown): Rule | null {
  if (!isJson(raw) || raw['kind'] !== 'limit') return null;
  const [tag, condition, limit] = [text(raw['tag']), text(raw['condition']), number(raw['limit'])];
  if (tag === null || condition === null || limit === null) return null;
  const deadband = number(raw['deadband']) ?? 0;
  return { ...parseFacts(raw), kind: 'limit', tag, condition, limit, deadband };
}

export function parseAnyRule(raw: unknown): AnyRule | null {
  return parseRule(raw) ?? parseDetector(raw);
}

/** Limits from the highest down, then what else there is, the worst first. */
export function compareRules(a: AnyRule, b: AnyRule): number {
  if (a.kind === 'limit' && b.kind === 'limit') return b.limit - a.limit;
  if (a.kind === 'limit' || b.kind === 'limit') return a.kind === 'limit' ? -1 : 1;
  return (a.grade ?? 9) - (b.grade ?? 9) || a.kind.localeCompare(b.kind);
}
