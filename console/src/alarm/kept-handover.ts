import { instant, isJson, number, oneOf, text } from '../api/parse';
import { parseHandover, type Handover } from './handover';

export const HANDOVER_STATES = ['open', 'signed', 'replaced'] as const;
export type HandoverState = (typeof HANDOVER_STATES)[number];

/** A hand-over that is kept; times epoch ms. */
export interface KeptHandover {
  readonly id: string;
  /** Null: of the park. */
  readonly enterprise: string | null;
  readonly state: HandoverState;
  readonly at: number;
  readonly givenBy: string;
  readonly note: string | null;
  readonly takenBy: string | null;
  readonly takenAt: number | null;
  /** `session`, or `password` at the console of who handed over. */
  readonly takenHow: string | null;
  readonly takenNote: string | null;
  readonly standing: number;
  readonly unacknowledged: number;
  readonly sha256: string;
  /** Null in lists. */
  readonly sheet: Handover | null;
}

export function parseKept(raw: unknown): KeptHandover | null {
  if (!isJson(raw)) return null;
  const [id, at] = [text(raw['id']), instant(raw['at'])];
  if (id === null || at === null) return null;
  return {
    id,
    enterprise: text(raw['enterprise']),
    state: oneOf(HANDOVER_STATES, raw['state']) ?? 'open',
    at,
    givenBy: text(raw['given_by']) ?? '',
    note: text(raw['note']),
    takenBy: text(raw['taken_by']),
    takenAt: instant(raw['taken_at']),
    takenHow: text(raw['taken_how']),
    takenNote: text(raw['taken_note']),
    standing: number(raw['standing']) ?? 0,
    unacknowledged: number(raw['unacknowledged']) ?? 0,
    sha256: text(raw['sha256']) ?? '',
    sheet: parseHandover(raw['sheet']),
  };
}
