import type { Grade } from './alarm';
import { instant, isJson, number, oneOf, text, type Json } from '../api/parse';

export const APPROVAL_STATES = ['pending', 'approved', 'refused', 'expired'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** What somebody asks a second person for. */
export interface Approval {
  readonly id: string;
  readonly enterprise: string;
  /** `shelve`, `out_of_service`, or another that the server may add. */
  readonly action: string;
  readonly alarm: string;
  /** What it holds for: the point's tag, the gateway's or the enterprise's code; null: the alarm. */
  readonly subject: string | null;
  readonly grade: Grade | null;
  readonly reason: string;
  readonly minutes: number | null;
  readonly permit: string | null;
  readonly applicant: string;
  readonly appliedAt: number;
  readonly expiresAt: number;
  readonly state: ApprovalState;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
  readonly note: string | null;
  /** What is proposed of a rule: its number where it is in force already, and the rule as it is to
   * be; null: it is to be removed, or this is about an alarm. */
  readonly rule: string | null;
  readonly proposal: Json | null;
  /** What the fields of a point were that a proposal would change; null: it is about none. */
  readonly before: Json | null;
}

export function parseApproval(raw: unknown): Approval | null {
  if (!isJson(raw)) return null;
  const id = text(raw['id']);
  const [applied, expires] = [instant(raw['applied_at']), instant(raw['expires_at'])];
  if (id === null || applied === null || expires === null) return null;
  return {
    id,
    enterprise: text(raw['enterprise']) ?? '',
    action: text(raw['action']) ?? '',
    alarm: text(raw['alarm']) ?? '',
    subject: isJson(raw['subject']) ? text(raw['subject']['id']) : null,
    grade: gradeOf(raw['grade']),
    reason: text(raw['reason']) ?? '',
    minutes: number(raw['minutes']),
    permit: text(raw['permit']),
    applicant: text(raw['applicant']) ?? '',
    appliedAt: applied,
    expiresAt: expires,
    state: oneOf(APPROVAL_STATES, raw['state']) ?? 'pending',
    decidedBy: text(raw['decided_by']),
    decidedAt: instant(raw['decided_at']),
    note: text(raw['note']),
    rule: text(raw['rule']),
    proposal: isJson(raw['proposal']) ? raw['proposal'] : null,
    before: isJson(raw['before']) ? raw['before'] : null,
  };
}

function gradeOf(raw: unknown): Grade | null {
  return raw === 1 || raw === 2 || raw === 3 || raw === 4 ? raw : null;
}

/** Whether it is about a point and not about a rule of it. */
export function isOfPoint(approval: Approval): boolean {
  return /_points?$/.test(approval.action);
}

/** As it stands at a moment: one that nobody decided on in time has expired. */
export function stateAt(approval: Approval, now: number): ApprovalState {
  return approval.state === 'pending' && approval.expiresAt <= now ? 'expired' : approval.state;
}
