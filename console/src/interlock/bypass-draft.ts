import type { Json } from '../api/parse';
import { ofMinuteStamp } from '../format/time';
import { linesOf } from '../point/rule-draft';

export const BYPASS_KINDS = ['maintenance', 'operational', 'removal', 'proof_test', 'outage'] as const;

/** An application as it is typed. */
export interface BypassDraft {
  readonly kind: string;
  /** Empty: the whole loop. */
  readonly cause: string;
  readonly reason: string;
  readonly risk_assessment: string;
  /** One a line. */
  readonly measures: string;
  /** Empty: the usual time of its kind. */
  readonly hours: string;
  /** Of the park; empty: with the second approval. */
  readonly starts_at: string;
}
export type BypassField = keyof BypassDraft;
export type BypassWrongs = Readonly<Partial<Record<BypassField, 'missing' | 'number' | 'time'>>>;

export const NEW_BYPASS: BypassDraft = {
  kind: '',
  cause: '',
  reason: '',
  risk_assessment: '',
  measures: '',
  hours: '',
  starts_at: '',
};
const NEEDED = ['kind', 'reason', 'risk_assessment', 'measures'] as const;

/** Hours as they are typed; null: no number of hours. Full-width digits are digits. */
export function hoursOf(typed: string): number | null {
  const plain = typed.normalize('NFKC').trim();
  const hours = plain === '' ? Number.NaN : Number(plain);
  return Number.isFinite(hours) ? hours : null;
}

/** The body of the request; or what is wrong with which field. */
export function applicationBody(draft: BypassDraft): { body: Json; wrong: BypassWrongs } {
  const wrong: Partial<Record<BypassField, 'missing' | 'number' | 'time'>> = {};
  for (const name of NEEDED) if (draft[name].trim() === '') wrong[name] = 'missing';
  const hours = hoursOf(draft.hours);
  if (draft.hours.trim() !== '' && hours === null) wrong.hours = 'number';
  const start = ofMinuteStamp(draft.starts_at);
  if (draft.starts_at.trim() !== '' && start === null) wrong.starts_at = 'time';
  const body = {
    kind: draft.kind,
    cause: draft.cause === '' ? null : draft.cause,
    reason: draft.reason.trim(),
    risk_assessment: draft.risk_assessment.trim(),
    measures: linesOf(draft.measures),
    ...(hours === null ? {} : { hours }),
    ...(start === null ? {} : { starts_at: new Date(start).toISOString() }),
  };
  return { body, wrong };
}
