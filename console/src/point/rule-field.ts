import { DETECTORS } from './detector';
import { statesOf, type Point } from './point';

export const RULE_KINDS = ['limit', ...DETECTORS] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

/** `own`: the point's; `minute`: that a minute; `witness`: of the point that is named beside it. */
export type FieldUnit = 'own' | 'minute' | 'witness' | 's' | 'none';

/** A number that a kind of rule is told: its name over REST, and the bounds that the server has
 * (`services/domain/detector_kind.py`). `usual`: what it is when nobody says. */
export interface NumberField {
  readonly input: 'number';
  readonly name: NumberName;
  readonly unit: FieldUnit;
  readonly needed: boolean;
  readonly whole: boolean;
  readonly low: number | null;
  readonly high: number | null;
  /** It must be greater than this. */
  readonly above: number | null;
  readonly usual: number | null;
}

export type NumberName =
  | 'limit'
  | 'deadband'
  | 'limit_per_min'
  | 'deadband_per_min'
  | 'span_s'
  | 'smooth_s'
  | 'fresh_s'
  | 'tolerance'
  | 'witness_moves'
  | 'span_low'
  | 'span_high'
  | 'needed'
  | 'window_s'
  | 'horizon_s';

export type OtherName =
  | 'condition'
  | 'direction'
  | 'others'
  | 'group'
  | 'witness'
  | 'states'
  | 'text'
  | 'variables';

/** What is no number: a choice, points of the enterprise, states of the point, an expression. */
export interface OtherField {
  readonly input: OtherName;
  readonly name: OtherName;
  readonly needed: boolean;
}

export type Field = NumberField | OtherField;

type Bounds = Partial<Omit<NumberField, 'input' | 'name' | 'unit'>>;

function num(name: NumberName, unit: FieldUnit, bounds: Bounds = {}): NumberField {
  const open = { needed: false, whole: false, low: null, high: null, above: null, usual: null };
  return { input: 'number', name, unit, ...open, ...bounds };
}

function other(name: OtherName, needed = true): OtherField {
  return { input: name, name, needed };
}

const GROUP = 20;
const HOUR = 3_600;
const DAY = 86_400;

export const FIELDS: Readonly<Record<RuleKind, readonly Field[]>> = {
  limit: [
    other('condition'),
    num('limit', 'own', { needed: true }),
    num('deadband', 'own', { low: 0, usual: 0 }),
  ],
  rate: [
    other('direction'),
    num('limit_per_min', 'minute', { needed: true, above: 0 }),
    num('deadband_per_min', 'minute', { low: 0, usual: 0 }),
    num('span_s', 's', { low: 2, high: HOUR, usual: 60 }),
  ],
  deviation: [
    other('others'),
    other('group', false),
    num('limit', 'own', { needed: true, above: 0 }),
    num('deadband', 'own', { low: 0, usual: 0 }),
    num('smooth_s', 's', { low: 0, high: 600, usual: 10 }),
    num('fresh_s', 's', { low: 1, high: HOUR, usual: 60 }),
  ],
  stuck: [
    num('span_s', 's', { needed: true, low: 30, high: 604_800 }),
    num('tolerance', 'own', { low: 0, usual: 0 }),
    other('witness', false),
    num('witness_moves', 'witness', { above: 0 }),
  ],
  bad_quality: [],
  signal_band: [num('span_low', 'own'), num('span_high', 'own')],
  voting: [
    other('others'),
    other('group', false),
    num('needed', 'none', { needed: true, whole: true, low: 1, high: GROUP }),
    other('direction'),
    num('limit', 'own', { needed: true }),
    num('window_s', 's', { low: 1, high: HOUR, usual: 60 }),
  ],
  count: [
    num('needed', 'none', { needed: true, whole: true, low: 2, high: 1_000 }),
    num('span_s', 's', { needed: true, low: 10, high: DAY }),
    other('states', false),
    other('direction', false),
    num('limit', 'own'),
    num('deadband', 'own', { low: 0, usual: 0 }),
  ],
  forecast: [
    other('direction'),
    num('limit', 'own', { needed: true }),
    num('horizon_s', 's', { needed: true, low: 60, high: DAY }),
    num('span_s', 's', { low: 60, high: DAY, usual: 600 }),
  ],
  state: [other('states')],
  expression: [
    other('text'),
    other('variables'),
    num('fresh_s', 's', { low: 1, high: DAY, usual: 300 }),
  ],
};

const OF_STATES: readonly RuleKind[] = ['state', 'count', 'bad_quality', 'expression'];

/** The kinds of rules that can judge a point: states are counted and looked for, not limited. */
export function kindsFor(point: Point): readonly RuleKind[] {
  if (statesOf(point.kind) !== null) return OF_STATES;
  return RULE_KINDS.filter((kind) => kind !== 'state');
}

/** What is asked of a rule of this kind for this point. */
export function fieldsFor(kind: RuleKind, point: Point): readonly Field[] {
  if (kind !== 'count') return FIELDS[kind];
  const counted = statesOf(point.kind) === null ? ['direction', 'limit', 'deadband'] : ['states'];
  const asked = FIELDS.count.filter(
    ({ name }) => name === 'needed' || name === 'span_s' || counted.includes(name),
  );
  return asked.map((field) => ({ ...field, needed: field.name !== 'deadband' }));
}
