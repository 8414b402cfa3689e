import type { Grade } from '../alarm/alarm';
import { instant, isJson, list, number, text, type Json } from '../api/parse';
import { parseRationale, type Rationale } from './rationale';

/** What every rule has, whatever it looks for. Delays and times to repeat in seconds. */
export interface RuleFacts {
  readonly id: string;
  readonly version: number;
  readonly grade: Grade | null;
  readonly onDelayS: number;
  readonly offDelayS: number;
  readonly latch: boolean;
  readonly realarmS: number | null;
  readonly owner: string | null;
  readonly validFrom: number | null;
  readonly validTo: number | null;
  /** When it dies by itself, epoch ms. */
  readonly validUntil: number | null;
  readonly createdBy: string | null;
  /** Who ended it without another version in its place, and why. */
  readonly endedBy: string | null;
  readonly endedReason: string | null;
  /** Where a template took it from, and what that rests on. */
  readonly source: string | null;
  readonly basis: string | null;
  /** Why it is laxer than the template, or as it is. */
  readonly reason: string | null;
  readonly rationale: Rationale | null;
  /** As the server told it: what a form begins with. */
  readonly told: Json;
}

export function gradeOf(raw: unknown): Grade | null {
  return raw === 1 || raw === 2 || raw === 3 || raw === 4 ? raw : null;
}

export function parseFacts(raw: Json): RuleFacts {
  return {
    id: text(raw['id']) ?? '',
    version: number(raw['version']) ?? 1,
    grade: gradeOf(raw['grade']),
    onDelayS: number(raw['on_delay_s']) ?? 0,
    offDelayS: number(raw['off_delay_s']) ?? 0,
    latch: raw['latch'] === true,
    realarmS: number(raw['realarm_s']),
    owner: text(raw['owner']),
    validFrom: instant(raw['valid_from']),
    validTo: instant(raw['valid_to']),
    validUntil: instant(raw['valid_until']),
    createdBy: text(raw['created_by']),
    endedBy: text(raw['ended_by']),
    endedReason: text(raw['ended_reason']),
    source: text(raw['source']),
    basis: text(raw['basis']),
    reason: text(raw['reason']),
    rationale: parseRationale(raw, null),
    told: raw,
  };
}

/** Every version of a rule, newest first, each read by `read`. */
export function parseVersions<T>(raw: unknown, read: (each: unknown) => T | null): T[] {
  const versions = isJson(raw) ? list(raw['versions']) : [];
  return versions.map(read).filter((each): each is T => each !== null);
}
