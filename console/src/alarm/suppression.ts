import { instant, isJson, items, number, oneOf, text } from '../api/parse';

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

function parseSuppression(raw: unknown): Suppression | null {
  if (!isJson(raw)) return null;
  const id = text(raw['id']);
  if (id === null) return null;
  return {
    id,
    enterprise: text(raw['enterprise']) ?? '',
    name: text(raw['name']) ?? id,
    text: text(raw['text']) ?? '',
    reason: text(raw['reason']) ?? '',
    now: parseNow(raw['now']),
  };
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
