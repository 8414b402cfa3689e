import { instant, isJson, items, list, number, text, type Json } from '../api/parse';

/** An open bypass of a loop, as far as the list shows it. */
export interface Bypass {
  readonly id: string;
  readonly kind: string;
  readonly cause: string | null;
  readonly state: string;
  readonly until: number | null;
  readonly reason: string;
  readonly risk: string;
  readonly measures: readonly string[];
  readonly applicant: string;
  readonly approvers: readonly string[];
  /** Whether the loop would act with it; null: nobody can say. */
  readonly stillProtects: boolean | null;
}

/** A loop of the register as it stands now (`GET /interlocks`). */
export interface Loop {
  readonly enterprise: string;
  readonly tag: string;
  readonly name: string;
  readonly nameEn: string;
  readonly voting: string;
  readonly causes: readonly string[];
  readonly effects: readonly string[];
  readonly sil: number | null;
  readonly proofTestDueOn: string | null;
  readonly fitted: boolean;
  readonly state: string | null;
  readonly knownAt: number | null;
  /** Inputs whose own switches say that they do not vote. */
  readonly inputsOut: readonly string[];
  /** Null: nobody knows, or it has not to be in service. */
  readonly inService: boolean | null;
  readonly inOutage: boolean;
  readonly bypass: Bypass | null;
}

/** A use rate; null: nothing can be said. */
export interface Use {
  readonly rate: number | null;
  readonly atLeast: number | null;
  readonly unknown: number;
}

/** Park or enterprise: now, over the time asked for, and what is fitted of what has to be. */
export interface Rates {
  readonly now: Use;
  readonly overTime: Use;
  readonly required: number;
  readonly fitted: number;
  readonly equipment: number | null;
  readonly definition: string;
}

export function parseLoop(raw: unknown): Loop | null {
  if (!isJson(raw)) return null;
  const [enterprise, tag] = [text(raw['enterprise']), text(raw['tag'])];
  if (enterprise === null || tag === null) return null;
  return {
    enterprise,
    tag,
    name: text(raw['name']) ?? '',
    nameEn: text(raw['name_en']) ?? '',
    voting: text(raw['voting']) ?? '',
    causes: items(raw['causes'], tagOf),
    effects: items(raw['effects'], tagOf),
    sil: number(raw['sil']),
    proofTestDueOn: text(raw['proof_test_due_on']),
    fitted: raw['fitted'] !== false,
    state: text(raw['state']),
    knownAt: instant(raw['known_at']),
    inputsOut: items(raw['inputs_out'], text),
    inService: typeof raw['in_service'] === 'boolean' ? raw['in_service'] : null,
    inOutage: raw['in_outage'] === true,
    bypass: parseBypass(raw['bypass']),
  };
}

export function parseRates(raw: unknown): Rates | null {
  if (!isJson(raw) || !isJson(raw['park'])) return null;
  const park = raw['park'];
  const equipment: Json = isJson(park['equipment']) ? park['equipment'] : {};
  return {
    now: useOf(park['now']),
    overTime: useOf(park['over_time']),
    required: number(equipment['required']) ?? 0,
    fitted: number(equipment['fitted']) ?? 0,
    equipment: number(equipment['rate']),
    definition: text(raw['definition']) ?? '',
  };
}

/** A rate in percent; what is not all of it is never shown as all. */
export function rateText(rate: number | null): string {
  if (rate === null) return '–';
  return rate === 1 ? '100 %' : `${(Math.floor(rate * 10_000) / 100).toFixed(2)} %`;
}

function parseBypass(raw: unknown): Bypass | null {
  if (!isJson(raw)) return null;
  const [id, state] = [text(raw['id']), text(raw['state'])];
  if (id === null || state === null) return null;
  return {
    id,
    kind: text(raw['kind']) ?? '',
    cause: text(raw['cause']),
    state,
    until: instant(raw['until']),
    reason: text(raw['reason']) ?? '',
    risk: text(raw['risk_assessment']) ?? '',
    measures: items(raw['measures'], text),
    applicant: byOf(raw['applied']) ?? '',
    approvers: list(raw['approvals'])
      .map(byOf)
      .filter((each) => each !== null),
    stillProtects: typeof raw['still_protects'] === 'boolean' ? raw['still_protects'] : null,
  };
}

function useOf(raw: unknown): Use {
  const found: Json = isJson(raw) ? raw : {};
  return {
    rate: number(found['rate']),
    atLeast: number(found['at_least']),
    unknown: number(found['unknown']) ?? 0,
  };
}

function byOf(raw: unknown): string | null {
  return isJson(raw) ? text(raw['by']) : null;
}

function tagOf(raw: unknown): string | null {
  return isJson(raw) ? text(raw['tag']) : null;
}
