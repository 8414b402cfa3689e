import { instant, isJson, items, number, text, type Json } from '../api/parse';
import { parseBypass, type Bypass } from './bypass';

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
  /** The point that tells its state; null: none does. */
  readonly stateTag: string | null;
  readonly state: string | null;
  readonly knownAt: number | null;
  /** Inputs whose own switches say that they do not vote. */
  readonly inputsOut: readonly string[];
  /** Causes and effects that are neither a registered point nor a loop. */
  readonly unregistered: readonly string[];
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
  /** Fitted loops of which an input is not registered: by their word alone. */
  readonly unseen: number;
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
    stateTag: text(raw['state_tag']),
    state: text(raw['state']),
    knownAt: instant(raw['known_at']),
    inputsOut: items(raw['inputs_out'], text),
    unregistered: items(raw['unregistered'], text),
    inService: typeof raw['in_service'] === 'boolean' ? raw['in_service'] : null,
    inOutage: raw['in_outage'] === true,
    bypass: parseBypass(raw['bypass']),
  };
}

export function parseRates(raw: unknown): Rates | null {
  if (!isJson(raw) || !isJson(raw['park'])) return null;
  const park = raw['park'];
  const equipment: Json = isJson(park['equipment']) ? park['equipment'] : {};
  const sure: Json = isJson(park['equipment_at_least']) ? park['equipment_at_least'] : equipment;
  const fitted = number(equipment['fitted']) ?? 0;
  return {
    now: useOf(park['now']),
    overTime: useOf(park['over_time']),
    required: number(equipment['required']) ?? 0,
    fitted,
    equipment: number(equipment['rate']),
    unseen: fitted - (number(sure['fitted']) ?? fitted),
    definition: text(raw['definition']) ?? '',
  };
}

/** A rate in percent; what is not all of it is never shown as all. */
export function rateText(rate: number | null): string {
  if (rate === null) return '–';
  return rate === 1 ? '100 %' : `${(Math.floor(rate * 10_000) / 100).toFixed(2)} %`;
}

function useOf(raw: unknown): Use {
  const found: Json = isJson(raw) ? raw : {};
  return {
    rate: number(found['rate']),
    atLeast: number(found['at_least']),
    unknown: number(found['unknown']) ?? 0,
  };
}

function tagOf(raw: unknown): string | null {
  return isJson(raw) ? text(raw['tag']) : null;
}
