import { instant, isJson, list, type Json } from '../api/parse';
import { minuteStamp, ofMinuteStamp } from '../format/time';
import type { Point } from './point';
import { CONDITIONS, type AnyRule } from './rule';
import { FIELDS, fieldsFor, type Field, type NumberField, type RuleKind } from './rule-field';

/** What every kind is told beside what it looks for. Delays and times in seconds. */
export const COMMON_NUMBERS = ['on_delay_s', 'off_delay_s', 'realarm_s', 'respond_within_s'] as const;
export const RATIONALE_TEXTS = ['cause', 'consequence', 'action', 'message'] as const;
export type CommonName =
  | (typeof COMMON_NUMBERS)[number]
  | (typeof RATIONALE_TEXTS)[number]
  | 'grade'
  | 'latch'
  | 'owner'
  | 'valid_until'
  | 'reason';
export type DraftName = Field['name'] | CommonName;

const DAY_S = 86_400;
const WEEK_S = 604_800;
type CommonBounds = Pick<NumberField, 'low' | 'high' | 'above'>;

/** What the server takes for the numbers that all kinds have. */
export const COMMON_BOUNDS: Readonly<Record<(typeof COMMON_NUMBERS)[number], CommonBounds>> = {
  on_delay_s: { low: 0, high: DAY_S, above: null },
  off_delay_s: { low: 0, high: DAY_S, above: null },
  realarm_s: { low: 60, high: WEEK_S, above: null },
  respond_within_s: { low: null, high: WEEK_S, above: 0 },
};

/** What was typed into the form: every field as text, lists a line each, a tick as `yes`. */
export interface Draft {
  readonly kind: RuleKind;
  readonly values: Readonly<Partial<Record<DraftName, string>>>;
}

/** Why a field cannot be sent; worded by the form. */
export type Wrong =
  | { readonly why: 'missing' | 'number' | 'whole' | 'moment' | 'variables' }
  | { readonly why: 'low' | 'high' | 'above'; readonly bound: number };

export type Wrongs = Readonly<Partial<Record<DraftName, Wrong>>>;

export const YES = 'yes';

export function linesOf(text: string | undefined): string[] {
  return (text ?? '').split('\n').map((each) => each.trim()).filter((each) => each !== '');
}

/** A form for a new rule of a kind. */
export function newDraft(kind: RuleKind, point: Point): Draft {
  const values: Partial<Record<DraftName, string>> = {
    grade: '3',
    on_delay_s: '0',
    off_delay_s: '0',
    direction: 'high',
    condition: 'H',
  };
  for (const field of FIELDS[kind]) {
    if (field.input === 'number' && field.usual !== null) values[field.name] = String(field.usual);
  }
  if (kind === 'expression') values.variables = `value=${point.tag}`;
  return { kind, values };
}

/** A form for a change of a rule, or for what a template proposes. */
export function draftOf(kind: RuleKind, told: Json, point: Point): Draft {
  const values: Partial<Record<DraftName, string>> = { ...newDraft(kind, point).values };
  for (const name of namesOf(kind)) {
    if (Object.hasOwn(told, name)) values[name] = written(name, told[name]);
  }
  return { kind, values };
}

export function draftOfRule(rule: AnyRule, point: Point): Draft {
  return draftOf(rule.kind, rule.told, point);
}

function namesOf(kind: RuleKind): DraftName[] {
  const common: DraftName[] = ['grade', 'latch', 'owner', 'valid_until', 'reason'];
  return [...FIELDS[kind].map(({ name }) => name), ...common, ...COMMON_NUMBERS, ...RATIONALE_TEXTS];
}

function written(name: DraftName, raw: unknown): string {
  if (raw === null || raw === undefined || raw === false) return '';
  if (raw === true) return YES;
  if (Array.isArray(raw)) return list(raw).map(String).join('\n');
  if (isJson(raw)) {
    return Object.entries(raw).map(([key, value]) => `${key}=${String(value)}`).join('\n');
  }
  const moment = name === 'valid_until' ? instant(raw) : null;
  return moment === null ? String(raw) : minuteStamp(moment);
}

/** The body of the request; or what is wrong with which field. */
export function bodyOf(draft: Draft, point: Point): { body: Json; wrong: Wrongs } {
  const wrong: Partial<Record<DraftName, Wrong>> = {};
  const body: Record<string, unknown> = {
    kind: draft.kind,
    enterprise: point.enterprise,
    tag: point.tag,
    grade: Number(draft.values.grade),
    latch: draft.values.latch === YES,
  };
  const take = (name: DraftName, read: unknown): void => {
    if (isWrong(read)) wrong[name] = read.wrong;
    else if (read !== undefined) body[name] = read;
  };
  for (const field of fieldsFor(draft.kind, point)) take(field.name, valueOf(field, draft));
  for (const name of COMMON_NUMBERS) take(name, commonNumber(name, draft.values[name]));
  for (const name of [...RATIONALE_TEXTS, 'owner', 'reason'] as const) {
    body[name] = draft.values[name]?.trim() || null;
  }
  take('valid_until', momentOf(draft.values.valid_until));
  return { body, wrong };
}

/** What of a body a back-test takes: what it judges, not what is said of it. */
export function triedOf(body: Json, id: string | null): Json {
  const said = ['latch', 'realarm_s', 'owner', 'valid_until', 'reason', 'respond_within_s'];
  const left = new Set<string>([...said, ...RATIONALE_TEXTS]);
  const told = Object.entries(body).filter(([name]) => !left.has(name));
  const named = id === null || body['kind'] === 'limit' ? [] : [['id', id]];
  return Object.fromEntries([...told, ...named]);
}

interface IsWrong {
  readonly wrong: Wrong;
}

function isWrong(read: unknown): read is IsWrong {
  return isJson(read) && isJson(read['wrong']);
}

/** A value as it is sent; undefined: left to what is usual; or what is wrong with it. */
function valueOf(field: Field, draft: Draft): unknown {
  const text = draft.values[field.name]?.trim() ?? '';
  if (field.input === 'number') {
    if (text !== '') return numberOf(text, field, field.whole);
    return field.needed ? missing() : undefined;
  }
  switch (field.input) {
    case 'condition':
      return CONDITIONS.find((each) => each === text) ?? missing();
    case 'direction':
      return text === 'low' ? 'low' : 'high';
    case 'others':
      // A registered group stands for the points that are named one by one.
      if (text === '' && draft.values.group?.trim()) return undefined;
      return listed(text);
    case 'group':
      return text === '' ? undefined : text;
    case 'states':
      return listed(text);
    case 'variables':
      return variablesOf(linesOf(text));
    case 'witness':
      return text === '' ? null : text;
    case 'text':
      return text === '' ? missing() : text;
  }
}

function listed(text: string): unknown {
  const chosen = linesOf(text);
  return chosen.length > 0 ? chosen : missing();
}

function variablesOf(lines: readonly string[]): unknown {
  if (lines.length === 0) return missing();
  const pairs = lines.map(pairOf);
  const whole = pairs.every(([name, tag]) => name !== '' && tag !== '');
  const names = new Set(pairs.map(([name]) => name));
  if (!whole || names.size < pairs.length) return { wrong: { why: 'variables' } };
  return Object.fromEntries(pairs);
}

/** Name and tag of a line; a tag may hold an equals sign, a name may not. */
export function pairOf(line: string): [name: string, tag: string] {
  const at = line.indexOf('=');
  return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

function commonNumber(name: (typeof COMMON_NUMBERS)[number], text: string | undefined): unknown {
  const typed = text?.trim() ?? '';
  if (typed !== '') return numberOf(typed, COMMON_BOUNDS[name], false);
  return name === 'on_delay_s' || name === 'off_delay_s' ? 0 : null;
}

/** Full-width digits, as a Chinese input method writes them, are digits. */
function numberOf(text: string, bounds: CommonBounds, whole: boolean): unknown {
  const value = Number(text.normalize('NFKC'));
  if (!Number.isFinite(value)) return { wrong: { why: 'number' } };
  if (whole && !Number.isInteger(value)) return { wrong: { why: 'whole' } };
  const { low, high, above } = bounds;
  if (above !== null && value <= above) return { wrong: { why: 'above', bound: above } };
  if (low !== null && value < low) return { wrong: { why: 'low', bound: low } };
  if (high !== null && value > high) return { wrong: { why: 'high', bound: high } };
  return value;
}

/** Times are typed as of the park, Asia/Shanghai; a day that no month has is none. */
function momentOf(text: string | undefined): unknown {
  const typed = text?.normalize('NFKC').trim().replace('T', ' ') ?? '';
  if (typed === '') return null;
  const ms = ofMinuteStamp(typed);
  if (ms === null || minuteStamp(ms) !== typed) return { wrong: { why: 'moment' } };
  return `${typed.replace(' ', 'T')}:00+08:00`;
}

function missing(): IsWrong {
  return { wrong: { why: 'missing' } };
}
