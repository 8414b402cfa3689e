import { instant, isJson, number, text } from '../api/parse';
import { STATES, statesOf, type Kind } from '../point/point';

/** A tag that sends and is no point yet. */
export interface UnregisteredTag {
  readonly enterprise: string;
  readonly tag: string;
  readonly gateway: string;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  readonly lastValue: string | null;
  readonly count: number;
}

export function parseTag(raw: unknown): UnregisteredTag | null {
  if (!isJson(raw)) return null;
  const [enterprise, tag] = [text(raw['enterprise']), text(raw['tag'])];
  if (enterprise === null || tag === null) return null;
  return {
    enterprise,
    tag,
    gateway: text(raw['gateway']) ?? '',
    firstAt: instant(raw['first_at']),
    lastAt: instant(raw['last_at']),
    lastValue: text(raw['last_value']),
    count: number(raw['count']) ?? 0,
  };
}

export const tagKey = (tag: { readonly enterprise: string; readonly tag: string }): string =>
  `${tag.enterprise}/${tag.tag}`;

/** The usual unit of a kind; a state has none. */
export const USUAL_UNIT: Readonly<Record<Kind, string>> = {
  combustible_gas: '%LEL',
  toxic_gas: 'ppm',
  oxygen: 'vol%',
  temperature: 'Cel',
  pressure: 'MPa',
  level: '%',
  flow: 'm3/h',
  wind_speed: 'm/s',
  wind_direction: 'deg',
  humidity: '%RH',
  fire: '1',
  smoke: '1',
  interlock: '1',
  valve: '1',
  switch: '1',
  analog: '1',
};

/** Letters at the beginning of a tag (GB/T 2625, ISA-5.1, and what gas detectors are called). */
const BY_LETTERS: readonly (readonly [RegExp, Kind])[] = [
  [/^(ESD|SIS|IL|INT)/, 'interlock'],
  [/^(XV|HV|ROV|MOV|ZV)/, 'valve'],
  [/^(XS|HS|ZS|YS|DI)/, 'switch'],
  [/^(SMK|SD)/, 'smoke'],
  [/^(FD|UV|FIRE)/, 'fire'],
  [/^(TOX|H2S|CO|CL2|NH3)/, 'toxic_gas'],
  [/^(O2|OX)/, 'oxygen'],
  [/^(GT|GD|GA|LEL|AT|AI)/, 'combustible_gas'],
  [/^(WS)/, 'wind_speed'],
  [/^(WD)/, 'wind_direction'],
  [/^(RH|MT|MI)/, 'humidity'],
  [/^T/, 'temperature'],
  [/^P/, 'pressure'],
  [/^L/, 'level'],
  [/^F/, 'flow'],
];

/** What a tag is likely to measure, by what it sent and how it is called: a proposal, no more. */
export function likelyKind(tag: string, lastValue: string | null): Kind {
  const name = tag.slice(Math.max(tag.lastIndexOf('/'), tag.lastIndexOf('.')) + 1).toUpperCase();
  const called = BY_LETTERS.find(([letters]) => letters.test(name))?.[1];
  const isNumber = lastValue === null || lastValue === '' || Number.isFinite(Number(lastValue));
  if (isNumber) return called ?? 'analog';
  const holds = (kind: Kind): boolean => statesOf(kind)?.some((s) => s === lastValue) ?? false;
  if (called && holds(called)) return called;
  return (Object.keys(STATES) as (keyof typeof STATES)[]).find(holds) ?? called ?? 'switch';
}

/** What was typed into the form of adoption. */
export interface Proposal {
  readonly kind: Kind;
  readonly unit: string;
  readonly name: string;
  readonly low: string;
  readonly high: string;
}

/** The body of the request; or which text says what is wrong with the proposal. */
export function descriptionOf(
  proposal: Proposal,
): Readonly<Record<string, string | number>> | 'adopt.unit-missing' | 'adopt.range-wrong' {
  const unit = proposal.unit.trim();
  if (unit === '') return 'adopt.unit-missing';
  const name = proposal.name.trim();
  const [low, high] = [proposal.low.trim(), proposal.high.trim()];
  const told = { kind: proposal.kind, unit, ...(name === '' ? {} : { name }) };
  if (statesOf(proposal.kind) !== null || (low === '' && high === '')) return told;
  const [from, to] = [Number(low), Number(high)];
  const wrong = low === '' || high === '' || !Number.isFinite(from) || !Number.isFinite(to);
  if (wrong || from >= to) return 'adopt.range-wrong';
  return { ...told, range_low: from, range_high: to };
}
