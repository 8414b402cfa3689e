import { instant, isJson, number, oneOf, text } from '../api/parse';
import { gradeOf } from '../point/rule-facts';
import type { Grade } from '../alarm/alarm';

const SORTS = ['limit', 'detector', 'suppression'] as const;

/** A rule that somebody ended. */
export interface EndedRule {
  readonly id: string;
  readonly enterprise: string;
  readonly sort: (typeof SORTS)[number];
  /** The level of a limit, else its kind. */
  readonly kind: string;
  readonly tag: string;
  readonly name: string | null;
  readonly limit: number | null;
  readonly grade: Grade | null;
  readonly endedAt: number;
  readonly endedBy: string;
  readonly reason: string | null;
}

export function parseEndedRule(raw: unknown): EndedRule | null {
  if (!isJson(raw)) return null;
  const [id, endedAt] = [text(raw['id']), instant(raw['ended_at'])];
  if (id === null || endedAt === null) return null;
  return {
    id,
    enterprise: text(raw['enterprise']) ?? '',
    sort: oneOf(SORTS, raw['sort']) ?? 'detector',
    kind: text(raw['kind']) ?? '',
    tag: text(raw['tag']) ?? '',
    name: text(raw['name']),
    limit: number(raw['limit']),
    grade: gradeOf(raw['grade']),
    endedAt,
    endedBy: text(raw['ended_by']) ?? '',
    reason: text(raw['ended_reason']),
  };
}
