import { instant, isJson, number, oneOf, scalar, text, type Json } from '../api/parse';

export const KINDS = [
  'combustible_gas',
  'toxic_gas',
  'oxygen',
  'temperature',
  'pressure',
  'level',
  'flow',
  'wind_speed',
  'wind_direction',
  'humidity',
  'fire',
  'smoke',
  'interlock',
  'valve',
  'switch',
  'analog',
] as const;
export type Kind = (typeof KINDS)[number];

/** Of nearly all points. */
const NO_INPUTS: readonly string[] = [];

export interface Point {
  readonly id: number;
  readonly enterprise: string;
  readonly tag: string;
  readonly kind: Kind;
  readonly unit: string;
  readonly rangeLow: number | null;
  readonly rangeHigh: number | null;
  readonly name: string;
  readonly nameEn: string;
  readonly hazardSource: string;
  /** Codes of the groups of detectors that it is in. */
  readonly groups: readonly string[];
  /** False: the register knows no hazard source of this code. */
  readonly sourceRegistered: boolean;
  readonly equipment: string;
  readonly gateway: string;
  readonly substance: string;
  /** How often it is expected to report; an on-change point has none. */
  readonly periodS: number | null;
  readonly onChange: boolean;
  /** It is computed from other points. */
  readonly isDerived: boolean;
  /** The tags that it is computed from. */
  readonly inputs: readonly string[];
  /** False: no rule is in force for it, so that it raises no alarm whatever it reads. */
  readonly judged: boolean;
  /** The calibration or bump test that it is in, until when at the latest (epoch ms). */
  readonly maintenance: Maintenance | null;
  /** Degrees, WGS 84; null: nobody has said where it is. */
  readonly at: readonly [number, number] | null;
}

export interface Maintenance {
  readonly kind: string;
  readonly until: number;
  readonly by: string;
}

/**
 * The closed list of states of each state kind (contract; `services/domain/point.py`). The feed and
 * REST say a state by its name; its code is the index of that.
 */
export const STATES = {
  fire: ['normal', 'alarm', 'fault'],
  smoke: ['normal', 'alarm', 'fault'],
  interlock: [
    'in_service',
    'tripped',
    'reset_pending',
    'bypass_maintenance',
    'bypass_operational',
    'removed',
    'fault',
    'proof_test',
  ],
  valve: ['closed', 'open', 'moving', 'fault'],
  switch: ['off', 'on', 'fault'],
} as const;
export type StateName = (typeof STATES)[keyof typeof STATES][number];

/** The states a kind can be in, in the order of their codes; null for a measured kind. */
export function statesOf(kind: string | null): readonly StateName[] | null {
  return kind !== null && Object.hasOwn(STATES, kind) ? STATES[kind as keyof typeof STATES] : null;
}

export function parsePoint(raw: unknown): Point | null {
  if (!isJson(raw)) return null;
  const id = number(raw['id']);
  const enterprise = text(raw['enterprise']);
  const tag = text(raw['tag']);
  if (id === null || enterprise === null || tag === null) return null;
  return {
    id,
    enterprise,
    tag,
    kind: oneOf(KINDS, raw['kind']) ?? 'analog',
    unit: text(raw['unit']) ?? '',
    rangeLow: number(raw['range_low']),
    rangeHigh: number(raw['range_high']),
    name: text(raw['name']) ?? '',
    nameEn: text(raw['name_en']) ?? '',
    hazardSource: codeOf(raw['hazard_source']),
    groups: Array.isArray(raw['groups']) ? raw['groups'].map(String) : [],
    sourceRegistered: raw['hazard_source_registered'] !== false,
    equipment: text(raw['equipment']) ?? '',
    gateway: codeOf(raw['gateway']),
    substance: codeOf(raw['substance']),
    periodS: number(raw['period_s']),
    onChange: raw['reporting'] === 'on_change',
    isDerived: isJson(raw['formula']),
    inputs: inputsOf(raw['formula']),
    judged: raw['judged'] !== false,
    maintenance: maintenanceOf(raw['maintenance']),
    at: positionOf(raw),
  };
}

function inputsOf(formula: unknown): readonly string[] {
  if (!isJson(formula) || !isJson(formula['inputs'])) return NO_INPUTS;
  return Object.values(formula['inputs']).map(String);
}

function positionOf(raw: Json): readonly [number, number] | null {
  const lon = number(raw['lon']);
  const lat = number(raw['lat']);
  return lon === null || lat === null ? null : [lon, lat];
}

function maintenanceOf(raw: unknown): Maintenance | null {
  const until = isJson(raw) ? instant(raw['until']) : null;
  if (!isJson(raw) || until === null) return null;
  return { kind: text(raw['kind']) ?? '', until, by: text(raw['by']) ?? '' };
}

/** A reference to another thing: its code, or an object that carries it. */
function codeOf(raw: unknown): string {
  const plain = isJson(raw) ? (raw['code'] ?? raw['name'] ?? raw['cas']) : raw;
  return String(scalar(plain) ?? '');
}

/** Whether a value of a point that was measured then may not be read as what is so now (`isLate`). */
export type Late = (point: Point, measuredAt: number, now: number) => boolean;

/**
 * A point is late when it is silent for three periods and at least ten seconds, as the engine has
 * it; what reports on change by its heartbeat. Without a period: never.
 */
export function isOverdue(point: Point, measuredAt: number, now: number): boolean {
  if (point.periodS === null) return false;
  return now - measuredAt > Math.max(10_000, point.periodS * 3 * 1000);
}
