import { instant, isJson, list, number, oneOf, text, type Json } from '../api/parse';

export const DRILL_STATES = ['ordered', 'running', 'finished'] as const;
export type DrillState = (typeof DRILL_STATES)[number];

/** An annunciation of a drill and what became of it; times epoch ms, `afterS` seconds. */
export interface Answered {
  readonly id: string;
  readonly enterprise: string;
  readonly subject: string;
  /** As it sounded. */
  readonly grade: number;
  /** The worst that its alarm reached. */
  readonly worstGrade: number;
  readonly condition: string;
  readonly soundedAt: number;
  readonly by: string | null;
  readonly afterS: number | null;
  readonly late: boolean;
  readonly missed: boolean;
}

export interface WrongAction {
  readonly kind: 'taken_off' | 'out_of_order';
  readonly alarm: string;
  readonly at: number;
  readonly actor: string | null;
  /** The worse alarm that waited. */
  readonly worse: string | null;
}

export interface Score {
  readonly alarms: number;
  /** How often they sounded: each is answered, late or missed. */
  readonly annunciations: number;
  readonly acknowledged: number;
  readonly late: number;
  readonly missed: number;
  readonly medianS: number | null;
  readonly worstS: number | null;
  readonly answers: readonly Answered[];
  readonly wrong: readonly WrongAction[];
}

export interface Drill {
  readonly id: number;
  readonly title: string;
  readonly titleEn: string;
  readonly state: DrillState;
  readonly enterprises: readonly string[];
  readonly durationS: number;
  readonly targetS: number;
  readonly note: string | null;
  readonly orderedBy: string;
  readonly orderedAt: number;
  readonly beganAt: number | null;
  readonly endsAt: number | null;
  readonly finishedAt: number | null;
  readonly finishedBy: string | null;
  /** `ended`, `stopped`, `failed` or `abandoned`. */
  readonly outcome: string | null;
  /** Null in lists, and where it never began. */
  readonly score: Score | null;
  readonly sha256: string | null;
}

/** What a simulator that is there can play. */
export interface Playable {
  readonly name: string;
  readonly title: string;
  readonly titleEn: string;
  readonly durationS: number;
  readonly enterprises: readonly string[];
}

export function parseDrill(raw: unknown): Drill | null {
  if (!isJson(raw)) return null;
  const [id, ordered] = [number(raw['id']), instant(raw['ordered_at'])];
  if (id === null || ordered === null) return null;
  return {
    id,
    title: text(raw['title']) ?? '',
    titleEn: text(raw['title_en']) ?? '',
    state: oneOf(DRILL_STATES, raw['state']) ?? 'finished',
    enterprises: words(raw['enterprises']),
    durationS: number(raw['duration_s']) ?? 0,
    targetS: number(raw['target_s']) ?? 0,
    note: text(raw['note']),
    orderedBy: text(raw['ordered_by']) ?? '',
    orderedAt: ordered,
    beganAt: instant(raw['began_at']),
    endsAt: instant(raw['ends_at']),
    finishedAt: instant(raw['finished_at']),
    finishedBy: text(raw['finished_by']),
    outcome: text(raw['outcome']),
    score: isJson(raw['score']) ? parseScore(raw['score']) : null,
    sha256: text(raw['sha256']),
  };
}

/** The drill that goes on or waits; null: none does. */
export function parseCurrent(raw: unknown): { readonly drill: Drill | null } | null {
  return isJson(raw) ? { drill: parseDrill(raw['drill']) } : null;
}

export function parsePlayable(raw: unknown): Playable | null {
  if (!isJson(raw)) return null;
  const name = text(raw['name']);
  if (name === null) return null;
  return {
    name,
    title: text(raw['title']) ?? name,
    titleEn: text(raw['title_en']) ?? name,
    durationS: number(raw['duration_s']) ?? 0,
    enterprises: words(raw['enterprises']),
  };
}

function parseScore(raw: Json): Score {
  const answers = list(raw['answers']).filter(isJson).map(parseAnswered);
  return {
    alarms: number(raw['alarms']) ?? 0,
    annunciations: number(raw['annunciations']) ?? answers.length,
    acknowledged: number(raw['acknowledged']) ?? 0,
    late: number(raw['late']) ?? 0,
    missed: number(raw['missed']) ?? 0,
    medianS: number(raw['median_s']),
    worstS: number(raw['worst_s']),
    answers,
    wrong: list(raw['wrong']).filter(isJson).map(parseWrong),
  };
}

function parseAnswered(raw: Json): Answered {
  const grade = number(raw['grade']) ?? 4;
  return {
    id: text(raw['alarm_id']) ?? '',
    enterprise: text(raw['enterprise']) ?? '',
    subject: text(raw['subject']) ?? '',
    grade,
    worstGrade: number(raw['worst_grade']) ?? grade,
    condition: text(raw['condition']) ?? '',
    soundedAt: instant(raw['sounded_at']) ?? 0,
    by: text(raw['acknowledged_by']),
    afterS: number(raw['after_s']),
    late: raw['late'] === true,
    missed: raw['missed'] === true,
  };
}

function parseWrong(raw: Json): WrongAction {
  return {
    kind: oneOf(['taken_off', 'out_of_order'] as const, raw['kind']) ?? 'taken_off',
    alarm: text(raw['alarm_id']) ?? '',
    at: instant(raw['at']) ?? 0,
    actor: text(raw['actor']),
    worse: text(raw['worse']),
  };
}

function words(raw: unknown): string[] {
  return list(raw).filter((each): each is string => typeof each === 'string');
}
