import { instant, isJson, list, number, text } from '../api/parse';

/** What somebody did, in the order of the chain. */
export interface AuditRow {
  readonly seq: number;
  readonly at: number | null;
  readonly actor: string;
  readonly role: string | null;
  readonly enterprise: string | null;
  readonly address: string;
  readonly what: string;
  readonly object: string;
  readonly outcome: number;
  readonly changes: readonly string[];
  readonly hash: string;
}

export function parseAudit(raw: unknown): AuditRow | null {
  const seq = isJson(raw) ? number(raw['seq']) : null;
  if (!isJson(raw) || seq === null) return null;
  const object = isJson(raw['object']) ? raw['object'] : {};
  return {
    seq,
    at: instant(raw['at']),
    actor: text(raw['actor']) ?? '',
    role: text(raw['role']),
    enterprise: text(raw['enterprise']),
    address: text(raw['address']) ?? '',
    what: text(raw['what']) ?? '',
    object: Object.values(object).flatMap((each) => text(each) ?? []).join(' / '),
    outcome: number(raw['outcome']) ?? 0,
    changes: list(raw['changes']).map((each) => JSON.stringify(each, null, 1)),
    hash: text(raw['hash']) ?? '',
  };
}
