import { parsePolicy, type ShelvingPolicy } from '../alarm/shelf';
import { instant, isJson, list, text } from '../api/parse';

/** A version of the shelving policy, and who set it. */
export interface PolicyVersion {
  readonly policy: ShelvingPolicy;
  readonly setBy: string;
  /** Null: nobody set it, it is the default. */
  readonly validFrom: number | null;
  readonly reason: string | null;
  /** How many figures allow more than the default. */
  readonly laxer: number;
}

export function parsePolicyVersion(raw: unknown): PolicyVersion | null {
  const policy = parsePolicy(raw);
  if (policy === null || !isJson(raw)) return null;
  return {
    policy,
    setBy: text(raw['set_by']) ?? '',
    validFrom: instant(raw['valid_from']),
    reason: text(raw['reason']),
    laxer: list(raw['laxer']).length,
  };
}
