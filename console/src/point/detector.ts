import { isJson, list, number, text, type Json } from '../api/parse';
import { parseFacts, type RuleFacts } from './rule-facts';

/** The kinds of rules that are more than a limit; an alarm's condition has the same name. */
export const DETECTORS = [
  'rate',
  'deviation',
  'stuck',
  'bad_quality',
  'signal_band',
  'voting',
  'count',
  'forecast',
  'state',
  'expression',
] as const;
export type DetectorKind = (typeof DETECTORS)[number];

/** A rule over one or several points, as far as the console shows it. */
export interface Detector extends RuleFacts {
  readonly kind: DetectorKind;
  /** The point that its alarm is about. */
  readonly tag: string;
  /** Its other points; of an expression all of them, by their names in it. */
  readonly others: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** A registered group, instead of the points by their tags. */
  readonly group: string | null;
  readonly direction: 'high' | 'low';
  readonly states: readonly string[];
  readonly text: string | null;
  /** Its numbers by the names of the fields of its kind: `limit`, `span_s`, … */
  readonly numbers: Readonly<Record<string, number>>;
}

export function kindOf(name: unknown): DetectorKind | null {
  return DETECTORS.find((kind) => kind === name) ?? null;
}

export function parseDetector(raw: unknown): Detector | null {
  if (!isJson(raw)) return null;
  const kind = kindOf(raw['kind']);
  const tag = text(raw['tag']);
  if (kind === null || tag === null) return null;
  const witness = text(raw['witness']);
  return {
    ...parseFacts(raw),
    kind,
    tag,
    others: witness === null ? texts(raw['others']) : [witness],
    variables: variables(raw['variables']),
    group: text(raw['group']),
    direction: raw['direction'] === 'low' ? 'low' : 'high',
    states: texts(raw['states']),
    text: text(raw['text']),
    numbers: numbers(raw),
  };
}

function texts(raw: unknown): string[] {
  return list(raw).flatMap((each) => text(each) ?? []);
}

function variables(raw: unknown): Record<string, string> {
  const entries = isJson(raw) ? Object.entries(raw) : [];
  return Object.fromEntries(
    entries.flatMap(([name, tag]) => (typeof tag === 'string' ? [[name, tag]] : [])),
  );
}

function numbers(raw: Json): Record<string, number> {
  return Object.fromEntries(
    Object.entries(raw).flatMap(([name, value]) => {
      const found = number(value);
      return found === null ? [] : [[name, found]];
    }),
  );
}
