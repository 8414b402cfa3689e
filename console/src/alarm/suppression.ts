import { instant, isJson, items, list, number, oneOf, text } from '../api/parse';
import { CONDITION_KINDS, type ConditionKind, type Target } from '../setup/suppression-draft';

export const PHASES = ['waiting', 'holding', 'ending', 'unknown'] as const;
export type Phase = (typeof PHASES)[number];

/** A rule by which the plant's own logic takes alarms off the board, and where it stands. */
export interface Suppression {
  readonly id: string;
  readonly enterprise: string;
  readonly name: string;
  /** Its logic in a sentence. */
  readonly text: string;
  readonly reason: string;
  readonly version: number;
  /** The gravest that it covers. */
  readonly grade: number;
  readonly offDelayS: number;
  readonly condition: {
    readonly kind: ConditionKind;
    readonly tag: string;
    readonly states: readonly string[];
    readonly direction: 'high' | 'low';
    readonly limit: number | null;
    readonly deadband: number;
    readonly alarm: string;
  };
  readonly targets: readonly Target[];
  readonly validFrom: number | null;
  readonly validTo: number | null;
  readonly createdBy: string | null;
  readonly endedBy: string | null;
  readonly endedReason: string | null;
  /** Null while no engine answers. */
  readonly now: {
    readonly phase: Phase;
    readonly text: string;
    readonly since: number | null;
    readonly until: number | null;
    readonly suppressed: number;
  } | null;
}

export function parseSuppressions(raw: unknown): readonly Suppression[] {
  return items(raw, parseSuppression);
}

export function parseSuppression(raw: unknown): Suppression | null {
  if (!isJson(raw)) return null;
  const id = text(raw['id']);
  if (id === null) return null;
  return {
    id,
    enterprise: text(raw['enterprise']) ?? '',
    name: text(raw['name']) ?? id,
    text: text(raw['text']) ?? '',
    reason: text(raw['reason']) ?? '',
    version: number(raw['version']) ?? 1,
    grade: number(raw['grade']) ?? 3,
    offDelayS: number(raw['off_delay_s']) ?? 0,
    condition: parseCondition(raw['condition']),
    targets: list(raw['targets']).flatMap(parseTarget),
    validFrom: instant(raw['valid_from']),
    validTo: instant(raw['valid_to']),
    createdBy: text(raw['created_by']),
    endedBy: text(raw['ended_by']),
    endedReason: text(raw['ended_reason']),
    now: parseNow(raw['now']),
  };
}

function parseCondition(raw: unknown): Suppression['condition'] {
  const told = isJson(raw) ? raw : {};
  return {
    kind: oneOf(CONDITION_KINDS, told['kind']) ?? 'state',
    tag: text(told['tag']) ?? '',
    states: list(told['states']).map(String),
    direction: told['direction'] === 'low' ? 'low' : 'high',
    limit: number(told['limit']),
    deadband: number(told['deadband']) ?? 0,
    alarm: text(told['alarm']) ?? '',
  };
}

function parseTarget(raw: unknown): Target[] {
  if (!isJson(raw)) return [];
  const [tag, source] = [text(raw['tag']), text(raw['hazard_source'])];
  const code = tag ?? source;
  if (code === null) return [];
  return [{ what: tag === null ? 'hazard_source' : 'tag', code, alarm: text(raw['alarm']) ?? '' }];
}

/** A phase that this console does not know is shown as one that nobody knows. */
function parseNow(raw: unknown): Suppression['now'] {
  if (!isJson(raw)) return null;
  return {
    phase: oneOf(PHASES, raw['phase']) ?? 'unknown',
    text: text(raw['text']) ?? '',
    since: instant(raw['since']),
    until: instant(raw['until']),
    suppressed: number(raw['suppressed']) ?? 0,
  };
}

const ORDER: Readonly<Record<Phase, number>> = { holding: 0, ending: 1, unknown: 2, waiting: 3 };

/** What suppresses first, then what cannot tell, then what waits. */
export function byPhase(one: Suppression, other: Suppression): number {
  const rank = (each: Suppression) => (each.now === null ? 2 : ORDER[each.now.phase]);
  return rank(one) - rank(other) || one.name.localeCompare(other.name);
}
