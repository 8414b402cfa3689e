import { instant, isJson, list, text, type Json } from '../api/parse';

/** One field of a change: what it was and what it became, as text. */
export interface Moved {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** A change of what is registered; `isNew`: it was registered by it. */
export interface Change {
  readonly at: number | null;
  readonly by: string;
  readonly reason: string;
  readonly isNew: boolean;
  readonly moved: readonly Moved[];
}

/** An entry of a history (`GET …/history`). */
export function parseChange(raw: unknown): Change | null {
  if (!isJson(raw)) return null;
  const before = isJson(raw['before']) ? raw['before'] : null;
  const after = isJson(raw['after']) ? raw['after'] : {};
  return {
    at: instant(raw['at']),
    by: text(raw['changed_by']) ?? '',
    reason: text(raw['reason']) ?? '',
    isNew: before === null,
    moved: movedOf(before ?? {}, after),
  };
}

/** The versions of a hazard source (newest first) as changes: each held against the one before. */
export function changesOfVersions(raw: unknown): Change[] {
  const versions = (isJson(raw) ? list(raw['items']) : []).filter(isJson);
  return versions.map((version, i) => {
    const before = versions[i + 1];
    return {
      at: instant(version['valid_from']),
      by: text(version['changed_by']) ?? '',
      reason: text(version['reason']) ?? '',
      isNew: version['version'] === 1,
      // The first version of the page has nothing to be held against.
      moved: before === undefined && version['version'] !== 1 ? [] : movedOf(bare(before), bare(version)),
    };
  });
}

const OF_A_VERSION = new Set([
  ...['enterprise', 'code', 'version', 'working', 'created_at', 'valid_from', 'valid_to'],
  ...['changed_by', 'reason', 'removed'],
]);

function bare(version: Json | undefined): Json {
  const told = Object.entries(version ?? {}).filter(([name]) => !OF_A_VERSION.has(name));
  return Object.fromEntries(told);
}

function movedOf(before: Json, after: Json): Moved[] {
  return Object.keys(after)
    .map((field) => ({ field, before: written(before[field]), after: written(after[field]) }))
    .filter((moved) => moved.before !== moved.after);
}

/** A value as one line: lists by their entries, objects by what they hold. */
export function written(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(written).join('; ');
  if (!isJson(value)) return String(value);
  if (value['type'] === 'Polygon') return `Polygon (${list(list(value['coordinates'])[0]).length - 1})`;
  return Object.values(value)
    .map(written)
    .filter((each) => each !== '')
    .join(' ');
}
