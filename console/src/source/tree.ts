import type { Grade } from '../alarm/alarm';
import { isJson, items, list, number, text } from '../api/parse';

/** How a part of the park stands: its worst active alarm, and how many there are. */
export interface Standing {
  readonly grade: Grade | null;
  readonly active: number;
  readonly offBoard: number;
  readonly why: string;
}

export interface Equipment extends Standing {
  readonly name: string;
  readonly points: number;
}

/** A hazard source: `level` by GB 18218 (null: below its threshold, or not registered). */
export interface Source extends Standing {
  readonly enterprise: string;
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  readonly registered: boolean;
  readonly level: Grade | null;
  readonly r: number | null;
  readonly riskLevel: Grade;
  readonly riskIndex: number;
  readonly points: number;
  readonly pointsOnline: number | null;
  readonly equipment: readonly Equipment[];
}

export interface Tenant extends Standing {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  readonly sources: readonly Source[];
}

/** 1 to 4, or null. */
export function fourth(raw: unknown): Grade | null {
  return raw === 1 || raw === 2 || raw === 3 || raw === 4 ? raw : null;
}

/** An enterprise of `GET /tree`. */
export function parseTenant(raw: unknown): Tenant | null {
  if (!isJson(raw)) return null;
  const code = text(raw['code']);
  if (code === null) return null;
  return {
    ...parseStanding(raw),
    code,
    name: text(raw['name']) ?? '',
    nameEn: text(raw['name_en']) ?? '',
    sources: items(raw['hazard_sources'], (each) => parseSource(code, each)),
  };
}

/** The worst of some grades, 1 being the worst; null: none of them has any. */
export function worst(standings: readonly Standing[]): Grade | null {
  return standings.reduce<Grade | null>(
    (found, { grade }) => (grade !== null && (found === null || grade < found) ? grade : found),
    null,
  );
}

/** The gravest first: by grade, then by risk, then by code. */
export function gravest(one: Source, other: Source): number {
  return (
    (one.grade ?? 5) - (other.grade ?? 5) ||
    other.riskIndex - one.riskIndex ||
    (one.code < other.code ? -1 : 1)
  );
}

function parseSource(enterprise: string, raw: unknown): Source | null {
  if (!isJson(raw)) return null;
  const code = text(raw['code']);
  if (code === null) return null;
  return {
    ...parseStanding(raw),
    enterprise,
    code,
    name: text(raw['name']) ?? '',
    nameEn: text(raw['name_en']) ?? '',
    registered: raw['registered'] !== false,
    level: fourth(raw['level']),
    r: number(raw['r']),
    riskLevel: fourth(raw['risk_level']) ?? 1,
    riskIndex: number(raw['risk_index']) ?? 100,
    points: number(raw['points']) ?? 0,
    pointsOnline: number(raw['points_online']),
    equipment: list(raw['equipment']).flatMap((each) => {
      const name = isJson(each) ? text(each['name']) : null;
      if (!isJson(each) || name === null) return [];
      return [{ ...parseStanding(each), name, points: number(each['points']) ?? 0 }];
    }),
  };
}

function parseStanding(raw: Readonly<Record<string, unknown>>): Standing {
  return {
    grade: fourth(raw['grade']),
    active: number(raw['active']) ?? 0,
    offBoard: number(raw['off_board']) ?? 0,
    why: text(raw['why']) ?? '',
  };
}
