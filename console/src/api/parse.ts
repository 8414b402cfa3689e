/** Reading what came over the wire: nothing inside the console trusts a shape that was not looked at. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(raw: unknown): raw is Json {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

export function text(raw: unknown): string | null {
  return typeof raw === 'string' && raw !== '' ? raw : null;
}

export function number(raw: unknown): number | null {
  return typeof raw === 'number' && Number.isFinite(raw) ? raw : null;
}

export function scalar(raw: unknown): number | string | null {
  if (typeof raw === 'boolean') return raw ? 'true' : 'false';
  return number(raw) ?? text(raw);
}

/** RFC 3339 or epoch milliseconds → epoch milliseconds; anything else → null. */
export function instant(raw: unknown): number | null {
  if (typeof raw === 'number') return number(raw);
  if (typeof raw !== 'string') return null;
  const ms = Date.parse(raw);
  return Number.isNaN(ms) ? null : ms;
}

export function oneOf<T extends string>(allowed: readonly T[], raw: unknown): T | null {
  return allowed.find((item) => item === raw) ?? null;
}

export function list(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? raw : [];
}

/** The `items` of a list answer, each read by `read`; what cannot be read is left out. */
export function items<T>(raw: unknown, read: (item: unknown) => T | null): T[] {
  const source = isJson(raw) ? list(raw['items']) : list(raw);
  return source.map(read).filter((item): item is T => item !== null);
}
