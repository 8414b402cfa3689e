import { instant, isJson, text } from '../api/parse';

/** Where the own account is signed in. */
export interface OwnSession {
  readonly id: string;
  readonly current: boolean;
  /** It ran out, and its console still shows. */
  readonly shows: boolean;
  readonly since: number;
  readonly usedAt: number;
  readonly address: string;
  readonly program: string;
}

export function parseSession(raw: unknown): OwnSession | null {
  if (!isJson(raw)) return null;
  const id = text(raw['id']);
  const since = instant(raw['signed_in_at']);
  const usedAt = instant(raw['used_at']);
  if (id === null || since === null || usedAt === null) return null;
  return {
    id,
    current: raw['current'] === true,
    shows: raw['right'] === 'show',
    since,
    usedAt,
    address: text(raw['address']) ?? '',
    program: text(raw['program']) ?? '',
  };
}
