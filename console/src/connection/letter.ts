import { instant, isJson, list, number, text } from '../api/parse';

/** A message that could not be used. `bytes`: the first of its `size` bytes, as they came. */
export interface Letter {
  readonly id: number;
  readonly enterprise: string;
  readonly gateway: string;
  readonly topic: string;
  readonly reason: string;
  readonly receivedAt: number;
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly attempts: number;
  readonly usedAt: number | null;
}

export function parseLetter(raw: unknown): Letter | null {
  if (!isJson(raw)) return null;
  const [id, enterprise] = [number(raw['id']), text(raw['enterprise'])];
  const receivedAt = instant(raw['received_at']);
  if (id === null || enterprise === null || receivedAt === null) return null;
  const bytes = fromBase64(text(raw['payload_base64']) ?? '');
  return {
    id,
    enterprise,
    gateway: text(raw['gateway']) ?? '',
    topic: text(raw['topic']) ?? '',
    reason: text(raw['reason_text']) ?? text(raw['reason']) ?? '',
    receivedAt,
    size: number(raw['size']) ?? bytes.length,
    bytes,
    attempts: number(raw['attempts']) ?? 0,
    usedAt: instant(raw['reprocessed_at']),
  };
}

function fromBase64(encoded: string): Uint8Array {
  return Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
}

/**
 * Bytes as text for the eye: UTF-8, with everything that could hide or turn other text (controls,
 * marks of writing direction, what takes no room) as a visible escape, and what is no UTF-8 as �.
 */
export function shownText(bytes: Uint8Array): string {
  const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return decoded.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, (char) =>
    char === '\n' ? char : escaped(char),
  );
}

function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (char === '\t') return '\\t';
  if (char === '\r') return '\\r';
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u{${code.toString(16)}}`;
}

const ROW = 16;

/** 0010  48 65 6c 6c 6f … |Hello|, sixteen bytes a line. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = [...bytes.subarray(at, at + ROW)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const plain = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
    const offset = at.toString(16).padStart(4, '0');
    lines.push(`${offset}  ${hex.padEnd(ROW * 3 - 1)}  ${plain.join('')}`);
  }
  return lines.join('\n');
}

/** Dead letters of a gateway and UTC day: kept, and beyond the day's cap only counted. */
export interface LetterDay {
  readonly key: string;
  readonly enterprise: string;
  readonly gateway: string;
  readonly day: string;
  readonly letters: number;
  readonly dropped: number;
  readonly removed: number;
}

export function parseLetterDay(raw: unknown): LetterDay | null {
  if (!isJson(raw)) return null;
  const [enterprise, day] = [text(raw['enterprise']), text(raw['day'])];
  if (enterprise === null || day === null) return null;
  const gateway = text(raw['gateway']) ?? '';
  return {
    key: `${day}/${enterprise}/${gateway}`,
    enterprise,
    gateway,
    day,
    letters: number(raw['letters']) ?? 0,
    dropped: number(raw['dropped']) ?? 0,
    removed: number(raw['removed']) ?? 0,
  };
}

/** Dead letters that are read again, and how far that is. */
export interface Rereading {
  readonly id: number;
  readonly enterprise: string;
  readonly askedBy: string;
  readonly askedAt: number;
  readonly letters: number | null;
  readonly examined: number;
  readonly used: number;
  readonly stored: number;
  readonly finishedAt: number | null;
}

export function parseRereading(raw: unknown): Rereading | null {
  if (!isJson(raw)) return null;
  const [id, askedAt] = [number(raw['id']), instant(raw['asked_at'])];
  if (id === null || askedAt === null) return null;
  return {
    id,
    enterprise: text(raw['enterprise']) ?? '',
    askedBy: text(raw['asked_by']) ?? '',
    askedAt,
    letters: Array.isArray(raw['ids']) ? list(raw['ids']).length : null,
    examined: number(raw['examined']) ?? 0,
    used: number(raw['used']) ?? 0,
    stored: number(raw['stored']) ?? 0,
    finishedAt: instant(raw['finished_at']),
  };
}
