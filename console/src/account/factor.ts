import { isJson, instant, list, number, text } from '../api/parse';

/** How the own second factor stands. */
export interface Factor {
  readonly enrolled: boolean;
  readonly enrolledAt: number | null;
  readonly codesLeft: number;
}

/** What an authenticator is to be told, shown once. */
export interface Enrolment {
  readonly secret: string;
  /** Rows of the QR code, `1` dark. */
  readonly qr: readonly string[];
}

export interface Confirmed {
  readonly codes: readonly string[];
  /** Of a new session, where the one of before could do nothing else. */
  readonly token: string | null;
}

export function parseFactor(raw: unknown): Factor | null {
  if (!isJson(raw)) return null;
  return {
    enrolled: raw['enrolled'] === true,
    enrolledAt: instant(raw['enrolled_at']),
    codesLeft: number(raw['recovery_codes_left']) ?? 0,
  };
}

export function parseEnrolment(raw: unknown): Enrolment | null {
  if (!isJson(raw)) return null;
  const secret = text(raw['secret']);
  return secret === null ? null : { secret, qr: words(raw['qr']) };
}

export function parseConfirmed(raw: unknown): Confirmed | null {
  if (!isJson(raw)) return null;
  const codes = words(raw['recovery_codes']);
  return codes.length === 0 ? null : { codes, token: text(raw['access_token']) };
}

/** The dark squares as one path; a row and a column are 1 wide. */
export function darkPath(qr: readonly string[]): string {
  const squares = qr.flatMap((row, y) =>
    Array.from(row, (square, x) => (square === '1' ? `M${x} ${y}h1v1h-1z` : '')),
  );
  return squares.join('');
}

/** A long key in groups of four, as people read it. */
export function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}

function words(raw: unknown): string[] {
  return list(raw).filter((item): item is string => typeof item === 'string');
}
