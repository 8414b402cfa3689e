import { instant, isJson, list, text } from '../api/parse';

/** A registered group of detectors. */
export interface DetectorGroup {
  readonly enterprise: string;
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  /** `gas`, `fire`, `mixed`, `redundant`, or a kind to come. */
  readonly kind: string;
  /** Tags of its points. */
  readonly members: readonly string[];
  readonly changedBy: string | null;
  readonly changedAt: number | null;
}

export function parseGroup(raw: unknown): DetectorGroup | null {
  if (!isJson(raw)) return null;
  const [enterprise, code] = [text(raw['enterprise']), text(raw['code'])];
  if (enterprise === null || code === null) return null;
  return {
    enterprise,
    code,
    name: text(raw['name']) ?? code,
    nameEn: text(raw['name_en']) ?? '',
    kind: text(raw['kind']) ?? '',
    members: list(raw['members']).map(String),
    changedBy: text(raw['changed_by']),
    changedAt: instant(raw['changed_at']),
  };
}
