import { instant, isJson, list, text } from '../api/parse';

export const SCOPES = ['read', 'acknowledge', 'propose', 'register'] as const;
export type Scope = (typeof SCOPES)[number];

/** A key of a program's; itself it is never shown again, its prefix is its name. */
export interface ApiKey {
  readonly prefix: string;
  readonly name: string;
  readonly role: string;
  readonly enterprise: string | null;
  readonly scopes: readonly string[];
  readonly createdBy: string;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export function parseKey(raw: unknown): ApiKey | null {
  const prefix = isJson(raw) ? text(raw['prefix']) : null;
  if (!isJson(raw) || prefix === null) return null;
  return {
    prefix,
    name: text(raw['name']) ?? '',
    role: text(raw['role']) ?? '',
    enterprise: text(raw['enterprise']),
    scopes: list(raw['scopes']).flatMap((each) => text(each) ?? []),
    createdBy: text(raw['created_by']) ?? '',
    expiresAt: instant(raw['expires_at']),
    revokedAt: instant(raw['revoked_at']),
  };
}

/** `good`, or why it is worth nothing any more. */
export function stateOf(key: ApiKey, now: number): 'good' | 'revoked' | 'expired' {
  if (key.revokedAt !== null) return 'revoked';
  return key.expiresAt !== null && key.expiresAt <= now ? 'expired' : 'good';
}
