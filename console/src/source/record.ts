import type { Grade } from '../alarm/alarm';
import { instant, isJson, list, number, text } from '../api/parse';
import { fourth } from './tree';

/** How sure a figure of the standard is. */
export const TRUSTS = ['read', 'restated', 'computed', 'unproved'] as const;

/** A substance in the working: its share q/Q of S, and beta·q/Q of the sum in R. */
export interface Term {
  readonly name: string;
  readonly nameZh: string;
  readonly cas: string;
  readonly danger: string;
  readonly quantity: number;
  readonly critical: number;
  readonly criticalSource: string;
  readonly criticalTrust: string;
  readonly beta: number;
  readonly betaSource: string;
  readonly betaTrust: string;
  readonly share: number;
  readonly weighted: number;
}

export interface Person {
  readonly name: string;
  readonly phone: string;
}

export const ROLES = ['chief', 'technical', 'operating'] as const;
export type ResponsibleRole = (typeof ROLES)[number];

/** The register's record of a hazard source (`GET /hazard-sources/…`). */
export interface Register {
  readonly name: string;
  readonly nameEn: string;
  readonly unitType: string;
  readonly exposedPeople: number;
  readonly s: number;
  readonly r: number;
  readonly level: Grade | null;
  readonly formulaS: string;
  readonly formulaR: string;
  readonly standard: string;
  /** False: the level rests on a class that was declared, or on an assignment. */
  readonly certain: boolean;
  readonly terms: readonly Term[];
  readonly nationalCode: string;
  readonly nearestTarget: string;
  readonly nearestTargetM: number | null;
  readonly filedOn: string;
  readonly filingExpiresOn: string;
  readonly people: Readonly<Record<ResponsibleRole, Person | null>>;
  readonly version: number;
  readonly validFrom: number | null;
  readonly changedBy: string;
}

export function parseRegister(raw: unknown): Register | null {
  if (!isJson(raw)) return null;
  const working = isJson(raw['working']) ? raw['working'] : {};
  const people = isJson(raw['responsible']) ? raw['responsible'] : {};
  return {
    name: text(raw['name']) ?? '',
    nameEn: text(raw['name_en']) ?? '',
    unitType: text(raw['unit_type']) ?? '',
    exposedPeople: number(raw['exposed_people']) ?? 0,
    s: number(raw['s']) ?? 0,
    r: number(raw['r']) ?? 0,
    level: fourth(raw['level']),
    formulaS: text(working['formula_s']) ?? '',
    formulaR: text(working['formula_r']) ?? '',
    standard: text(working['standard']) ?? '',
    certain: working['certain'] !== false,
    terms: list(working['terms']).flatMap(parseTerm),
    nationalCode: text(raw['national_code']) ?? '',
    nearestTarget: text(raw['nearest_target']) ?? '',
    nearestTargetM: number(raw['nearest_target_m']),
    filedOn: text(raw['filed_on']) ?? '',
    filingExpiresOn: text(raw['filing_expires_on']) ?? '',
    people: {
      chief: parsePerson(people['chief']),
      technical: parsePerson(people['technical']),
      operating: parsePerson(people['operating']),
    },
    version: number(raw['version']) ?? 1,
    validFrom: instant(raw['valid_from']),
    changedBy: text(raw['changed_by']) ?? '',
  };
}

function parsePerson(raw: unknown): Person | null {
  const name = isJson(raw) ? text(raw['name']) : null;
  return isJson(raw) && name !== null ? { name, phone: text(raw['phone']) ?? '' } : null;
}

function parseTerm(raw: unknown): Term[] {
  if (!isJson(raw)) return [];
  const words = (name: string): string => text(raw[name]) ?? '';
  const figure = (name: string): number => number(raw[name]) ?? 0;
  return [
    {
      name: words('name'),
      nameZh: words('name_zh'),
      cas: words('cas'),
      danger: words('class'),
      quantity: figure('quantity_t'),
      critical: figure('critical_t'),
      criticalSource: words('critical_source'),
      criticalTrust: words('critical_trust'),
      beta: figure('beta'),
      betaSource: words('beta_source'),
      betaTrust: words('beta_trust'),
      share: figure('share'),
      weighted: figure('weighted'),
    },
  ];
}
