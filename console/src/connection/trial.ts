import { instant, isJson, list, number, oneOf, text } from '../api/parse';

export const OUTCOMES = ['running', 'passed', 'failed', 'incomplete', 'interrupted'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const MARKS = ['pending', 'passed', 'failed', 'not_tried'] as const;
export type Mark = (typeof MARKS)[number];

/** An item of the checklist; title and text come in the language that was asked for. */
export interface TrialItem {
  readonly item: string;
  readonly title: string;
  readonly mark: Mark;
  readonly text: string;
}

/** A run of the conformance test of a gateway. */
export interface Trial {
  readonly id: number;
  readonly askedBy: string;
  readonly startedAt: number;
  readonly endsAt: number;
  readonly outcome: Outcome;
  readonly items: readonly TrialItem[];
  /** What the gateway's operator is to do now; empty: nothing. */
  readonly ask: string;
  readonly record: string | null;
}

export function parseTrial(raw: unknown): Trial | null {
  if (!isJson(raw)) return null;
  const [id, startedAt] = [number(raw['id']), instant(raw['started_at'])];
  if (id === null || startedAt === null) return null;
  return {
    id,
    askedBy: text(raw['asked_by']) ?? '',
    startedAt,
    endsAt: instant(raw['ends_at']) ?? startedAt,
    outcome: oneOf(OUTCOMES, raw['outcome']) ?? 'interrupted',
    items: list(raw['items']).flatMap(parseItem),
    ask: isJson(raw['ask']) ? (text(raw['ask']['text']) ?? '') : '',
    record: text(raw['record']),
  };
}

function parseItem(raw: unknown): TrialItem[] {
  if (!isJson(raw)) return [];
  const item = text(raw['item']);
  if (item === null) return [];
  return [
    {
      item,
      title: text(raw['title']) ?? item,
      mark: oneOf(MARKS, raw['mark']) ?? 'pending',
      text: text(raw['text']) ?? '',
    },
  ];
}
