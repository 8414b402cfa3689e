import type { Json } from '../api/parse';
import { linesOf, type Wrong } from '../point/rule-draft';
import type { Suppression } from '../alarm/suppression';

export const CONDITION_KINDS = ['state', 'limit', 'alarm'] as const;
export type ConditionKind = (typeof CONDITION_KINDS)[number];

/** What is suppressed: alarms of a point, or of all points of a hazard source. */
export interface Target {
  readonly what: 'tag' | 'hazard_source';
  readonly code: string;
  /** Only the alarms called so; empty: all. */
  readonly alarm: string;
}

/** What was typed into the form: numbers as text, states a line each. */
export interface SuppressionDraft {
  readonly enterprise: string;
  readonly name: string;
  readonly kind: ConditionKind;
  readonly tag: string;
  readonly states: string;
  readonly direction: 'high' | 'low';
  readonly limit: string;
  readonly deadband: string;
  readonly alarm: string;
  readonly targets: readonly Target[];
  readonly grade: string;
  readonly off_delay_s: string;
  readonly reason: string;
}
export type SuppressionField = keyof SuppressionDraft;
export type SuppressionWrongs = Readonly<Partial<Record<SuppressionField, Wrong>>>;

/** Grade 1 is never suppressed. */
export const COVERED_GRADES = [2, 3, 4] as const;
const MOST_HOLD_S = 1_800;
const MOST_TARGETS = 50;
export const HOLD_BOUNDS = { low: 0, high: MOST_HOLD_S, above: null } as const;

export function newSuppression(enterprise: string): SuppressionDraft {
  return {
    enterprise,
    name: '',
    kind: 'state',
    tag: '',
    states: '',
    direction: 'low',
    limit: '',
    deadband: '0',
    alarm: '',
    targets: [],
    grade: '3',
    off_delay_s: '60',
    reason: '',
  };
}

/** A form for another version of a rule. */
export function draftOfSuppression(rule: Suppression): SuppressionDraft {
  const { condition } = rule;
  return {
    enterprise: rule.enterprise,
    name: rule.name,
    kind: condition.kind,
    tag: condition.tag,
    states: condition.states.join('\n'),
    direction: condition.direction,
    limit: condition.limit === null ? '' : String(condition.limit),
    deadband: String(condition.deadband),
    alarm: condition.alarm,
    targets: rule.targets,
    grade: String(rule.grade),
    off_delay_s: String(rule.offDelayS),
    reason: rule.reason,
  };
}

/** The body of the request; or what is wrong with which field. */
export function suppressionBody(draft: SuppressionDraft): {
  body: Json;
  wrong: SuppressionWrongs;
} {
  const wrong: Partial<Record<SuppressionField, Wrong>> = {};
  for (const name of ['enterprise', 'name', 'tag', 'reason'] as const) {
    if (draft[name].trim() === '') wrong[name] = { why: 'missing' };
  }
  if (draft.targets.length === 0) wrong.targets = { why: 'missing' };
  if (draft.targets.length > MOST_TARGETS) wrong.targets = { why: 'high', bound: MOST_TARGETS };
  const take = (name: 'limit' | 'deadband' | 'off_delay_s', high: number | null): number => {
    const value = Number(draft[name].normalize('NFKC').trim() || Number.NaN);
    if (draft[name].trim() === '') wrong[name] = { why: 'missing' };
    else if (!Number.isFinite(value)) wrong[name] = { why: 'number' };
    else if (name !== 'limit' && value < 0) wrong[name] = { why: 'low', bound: 0 };
    else if (high !== null && value > high) wrong[name] = { why: 'high', bound: high };
    return value;
  };
  const condition: Record<string, unknown> = { kind: draft.kind, tag: draft.tag.trim() };
  if (draft.kind === 'state') {
    condition['states'] = linesOf(draft.states);
    if (linesOf(draft.states).length === 0) wrong.states = { why: 'missing' };
  } else if (draft.kind === 'limit') {
    condition['direction'] = draft.direction;
    condition['limit'] = take('limit', null);
    condition['deadband'] = take('deadband', null);
  } else {
    condition['alarm'] = draft.alarm || null;
  }
  const body = {
    enterprise: draft.enterprise,
    name: draft.name.trim(),
    condition,
    targets: draft.targets.map(({ what, code, alarm }) => ({ [what]: code, alarm: alarm || null })),
    grade: Number(draft.grade),
    off_delay_s: take('off_delay_s', MOST_HOLD_S),
    reason: draft.reason.trim(),
  };
  return { body, wrong };
}

/** The field of the form that a path in the body belongs to: `condition.tag` is of `tag`. */
export function suppressionField(path: string): string {
  const [head = path, next = head] = path.split('.');
  return head === 'condition' ? next : head;
}
