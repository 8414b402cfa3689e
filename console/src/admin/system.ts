import { isJson, list, number, text, type Json } from '../api/parse';

/** One part of the platform. `lagS`: seconds since its last sign of life. */
export interface Part {
  readonly name: string;
  readonly ok: boolean;
  readonly lagS: number | null;
  readonly detail: string;
}

/** How far one thing is behind another. */
export interface Lag {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  /** More than that is worth a look; null: nobody set a mark. */
  readonly most: number | null;
}

export interface Room {
  readonly name: string;
  /** 0 to 1, used. */
  readonly share: number | null;
  readonly usedBytes: number | null;
  readonly hoursLeft: number | null;
}

export interface Version {
  readonly name: string;
  readonly version: string | null;
}

/** How the platform itself does (`GET /system`). */
export interface System {
  readonly ready: boolean;
  readonly degraded: readonly string[];
  readonly parts: readonly Part[];
  readonly lags: readonly Lag[];
  readonly rooms: readonly Room[];
  readonly versions: readonly Version[];
  readonly counts: readonly (readonly [string, number])[];
}

/** From here on a lag is looked at (`docs/reference/metrics.md`). */
const MARKS: Readonly<Record<string, number>> = {
  canary: 30,
  engine: 4,
  ingest: 4,
  commit: 10,
  rollups: 300,
  record: 100,
};
/** A room that is fuller is looked at. */
export const FULL = 0.8;

export function parseSystem(raw: unknown): System | null {
  if (!isJson(raw) || !isJson(raw['parts'])) return null;
  return {
    ready: raw['ready'] === true,
    degraded: list(raw['degraded']).flatMap((each) => text(each) ?? []),
    parts: Object.entries(raw['parts']).flatMap(([name, part]) =>
      isJson(part) ? [partOf(name, part)] : [],
    ),
    lags: named(raw['lags']).map(([name, lag]) => ({
      name,
      value: number(lag['value']),
      unit: text(lag['unit']) ?? 's',
      most: MARKS[name] ?? null,
    })),
    rooms: named(raw['rooms']).map(([name, room]) => ({
      name,
      share: number(room['share']),
      usedBytes: number(room['used_bytes']),
      hoursLeft: number(room['hours_left']),
    })),
    versions: named(raw['versions']).map(([name, each]) => ({ name, version: text(each['version']) })),
    counts: isJson(raw['counts'])
      ? Object.entries(raw['counts']).flatMap(([name, count]) => {
          const found = number(count);
          return found === null ? [] : [[name, found] as const];
        })
      : [],
  };
}

/** 5.3 MB: three digits, in the units of disks. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const at = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** at;
  return `${Number(value.toPrecision(value >= 100 ? 3 : 2))} ${units[at]}`;
}

function partOf(name: string, part: Json): Part {
  return {
    name,
    // What cannot be read is not taken for well.
    ok: part['ok'] === true,
    lagS: number(part['lag_s']),
    detail: text(part['detail']) ?? '',
  };
}

function named(raw: unknown): [string, Json][] {
  return list(raw)
    .filter(isJson)
    .flatMap((each) => {
      const name = text(each['name']);
      return name === null ? [] : [[name, each] satisfies [string, Json]];
    });
}
