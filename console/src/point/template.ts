import { isJson, items, text, type Json } from '../api/parse';
import { parseAnyRule, type AnyRule } from './rule';

/** How sure a figure of a template is: read in the standard, told by others, computed by us, or
 * proved by nothing. */
export const TRUSTS = ['read', 'restated', 'computed', 'unproved'] as const;

/** A rule that a template proposes; it applies itself to nothing. */
export interface Proposal {
  /** What it is chosen by: the condition of a limit, the name of any other. */
  readonly name: string;
  readonly rule: AnyRule;
  readonly trust: string;
  /** The rule that stands for it already. */
  readonly standing: string | null;
}

/** What there is to propose; `whyNot`: why there are no limits. */
export interface Template {
  readonly proposals: readonly Proposal[];
  readonly whyNot: string | null;
}

/** What only the plant knows, as it is typed: in the point's unit, the time to respond in seconds. */
export const PLANT_FIELDS = ['normal_high', 'design_pressure', 'respond_s'] as const;
export type PlantField = (typeof PLANT_FIELDS)[number];

export function plantFieldsFor(kind: string): readonly PlantField[] {
  if (kind === 'temperature') return ['normal_high'];
  if (kind === 'pressure') return ['normal_high', 'design_pressure'];
  return kind === 'level' ? ['respond_s'] : [];
}

export function parseLimitTemplate(raw: unknown): Template | null {
  if (!isJson(raw)) return null;
  const read = (each: unknown): Proposal | null => {
    if (!isJson(each)) return null;
    const fields = { ...each, kind: 'limit', tag: raw['tag'] };
    return proposal(each, fields, text(each['condition']));
  };
  return { proposals: items(raw['proposals'], read), whyNot: text(raw['why_not']) };
}

export function parseDetectorTemplate(raw: unknown): Template | null {
  if (!isJson(raw)) return null;
  const read = (each: unknown): Proposal | null => {
    if (!isJson(each)) return null;
    const { fields, ...rest } = each;
    const told = isJson(fields) ? fields : {};
    return proposal(each, { ...rest, ...told, tag: raw['tag'] }, text(each['name']));
  };
  return { proposals: items(raw['proposals'], read), whyNot: null };
}

function proposal(raw: Json, fields: Json, name: string | null): Proposal | null {
  const rule = parseAnyRule(fields);
  if (rule === null || name === null) return null;
  return { name, rule, trust: text(raw['trust']) ?? '', standing: text(raw['rule']) };
}
