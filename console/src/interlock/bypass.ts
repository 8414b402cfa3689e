import { instant, isJson, items, list, number, text } from '../api/parse';

/** Who did something to a bypass, when, and what they wrote. */
export interface Signature {
  readonly by: string;
  readonly at: number;
  readonly note: string;
  /** What the field showed then; empty: it was not asked. */
  readonly fieldState: string;
}

/** More time that was asked for. */
export interface Extension {
  readonly hours: number;
  readonly asked: Signature;
  readonly approvals: readonly Signature[];
  readonly refused: Signature | null;
  readonly granted: boolean;
}

/** A bypass of a loop as it stands (`GET /bypasses`). */
export interface Bypass {
  readonly id: string;
  readonly kind: string;
  /** The input; null: the whole loop. */
  readonly cause: string | null;
  readonly state: string;
  readonly since: number | null;
  readonly until: number | null;
  readonly startsAt: number | null;
  readonly hours: number;
  readonly reason: string;
  readonly risk: string;
  readonly measures: readonly string[];
  readonly applicant: string;
  readonly approvers: readonly string[];
  readonly applied: Signature | null;
  readonly approvals: readonly Signature[];
  readonly refused: Signature | null;
  readonly extensions: readonly Extension[];
  readonly restored: Signature | null;
  readonly verified: Signature | null;
  readonly waitsFor: string | null;
  /** What the field shows now; null: it is over. */
  readonly fieldState: string | null;
  /** Whether the loop would act with it; null: nobody can say. */
  readonly stillProtects: boolean | null;
}

export const ACTS = ['approve', 'refuse', 'extend', 'restore', 'verify'] as const;
export type Act = (typeof ACTS)[number];

/** Who stands before the screen, and what their role may. */
export interface Hand {
  readonly username: string;
  readonly mayPropose: boolean;
  readonly mayApprove: boolean;
}

/** An act that is open to somebody; `barred`: another person has to do it, and why. */
export interface OpenAct {
  readonly act: Act;
  readonly barred: 'applicant' | 'approver' | 'restorer' | null;
}

/** A line of what was done to a bypass. `what` names it: `apply`, `approve`, `extension_approve`… */
export interface Step {
  readonly what: string;
  readonly by: Signature;
  /** Of an application and an extension. */
  readonly hours: number | null;
}

const OVER: readonly string[] = ['verified', 'refused', 'lapsed'];
const WAITING: readonly string[] = ['applied', 'approved_once'];
const STATES: Readonly<Record<Act, readonly string[]>> = {
  approve: WAITING,
  refuse: [...WAITING, 'approved'],
  extend: ['in_force'],
  restore: ['approved', 'in_force', 'expired'],
  verify: ['restored'],
};
/** An application that was not approved twice by then has lapsed. */
const PATIENCE_MS = 24 * 3_600_000;

export function parseBypass(raw: unknown): Bypass | null {
  if (!isJson(raw)) return null;
  const [id, state] = [text(raw['id']), text(raw['state'])];
  if (id === null || state === null) return null;
  const applied = signatureOf(raw['applied']);
  const approvals = signaturesOf(raw['approvals']);
  return {
    id,
    kind: text(raw['kind']) ?? '',
    cause: text(raw['cause']),
    state,
    since: instant(raw['since']),
    until: instant(raw['until']),
    startsAt: instant(raw['starts_at']),
    hours: number(raw['hours']) ?? 0,
    reason: text(raw['reason']) ?? '',
    risk: text(raw['risk_assessment']) ?? '',
    measures: items(raw['measures'], text),
    applicant: applied?.by ?? '',
    approvers: approvals.map((each) => each.by),
    applied,
    approvals,
    refused: signatureOf(raw['refused']),
    extensions: items(raw['extensions'], extensionOf),
    restored: signatureOf(raw['restored']),
    verified: signatureOf(raw['verified']),
    waitsFor: text(raw['waits_for']),
    fieldState: text(raw['field_state']),
    stillProtects: typeof raw['still_protects'] === 'boolean' ? raw['still_protects'] : null,
  };
}

/** Nothing more becomes of it: another may be asked for. */
export function isOver(bypass: Bypass): boolean {
  return OVER.includes(bypass.state);
}

/** The extension that waits for approvals. */
export function waitingExtension(bypass: Bypass): Extension | null {
  const last = bypass.extensions.at(-1);
  const waits = bypass.state === 'in_force' && bypass.waitsFor === 'approval';
  return waits && last && !last.granted && last.refused === null ? last : null;
}

/** What somebody may do to a bypass now. The server has the last word. */
export function actsOf(bypass: Bypass, hand: Hand): OpenAct[] {
  const waiting = waitingExtension(bypass);
  const open = ACTS.filter((act) => {
    const may = act === 'extend' || act === 'restore' ? hand.mayPropose : hand.mayApprove;
    if (!may) return false;
    if (waiting !== null && (act === 'approve' || act === 'refuse')) return true;
    return STATES[act].includes(bypass.state) && !(act === 'extend' && waiting !== null);
  });
  return open.map((act) => ({ act, barred: barredBy(act, bypass, hand.username) }));
}

/** Whether a bypass may be asked for: one of a loop at a time, and only of what is fitted. */
export function mayApply(
  loop: { readonly fitted: boolean; readonly bypass: Bypass | null },
  hand: Hand,
): boolean {
  return hand.mayPropose && loop.fitted && (loop.bypass === null || isOver(loop.bypass));
}

/** What a bypass counts down to: its approval lapses, it begins, it ends; null: nothing. */
export function countdownOf(bypass: Bypass): { readonly to: 'lapse' | 'start' | 'end'; readonly at: number } | null {
  if (WAITING.includes(bypass.state) && bypass.applied !== null) {
    return { to: 'lapse', at: bypass.applied.at + PATIENCE_MS };
  }
  if (bypass.state === 'approved' && bypass.since !== null) return { to: 'start', at: bypass.since };
  if (bypass.state === 'in_force' && bypass.until !== null) return { to: 'end', at: bypass.until };
  return null;
}

/** Everything that was done to it, in order of time. */
export function stepsOf(bypass: Bypass): Step[] {
  const step = (what: string, by: Signature | null, hours: number | null = null): Step[] =>
    by === null ? [] : [{ what, by, hours }];
  return [
    ...step('apply', bypass.applied, bypass.hours),
    ...bypass.approvals.flatMap((each) => step('approve', each)),
    ...step('refuse', bypass.refused),
    ...bypass.extensions.flatMap((each) => [
      ...step('extend', each.asked, each.hours),
      ...each.approvals.flatMap((by) => step('extension_approve', by)),
      ...step('extension_refuse', each.refused),
    ]),
    ...step('restore', bypass.restored),
    ...step('verify', bypass.verified),
  ].sort((a, b) => a.by.at - b.by.at);
}

/** Of the two who approve neither has applied, nobody approves twice, and nobody verifies themselves. */
function barredBy(act: Act, bypass: Bypass, me: string): OpenAct['barred'] {
  if (act === 'verify') return bypass.restored?.by === me ? 'restorer' : null;
  if (act !== 'approve') return null;
  const waiting = waitingExtension(bypass);
  if (bypass.applicant === me || waiting?.asked.by === me) return 'applicant';
  return (waiting ?? bypass).approvals.some((each) => each.by === me) ? 'approver' : null;
}

function signaturesOf(raw: unknown): Signature[] {
  return list(raw)
    .map(signatureOf)
    .filter((each) => each !== null);
}

function signatureOf(raw: unknown): Signature | null {
  if (!isJson(raw)) return null;
  const [by, at] = [text(raw['by']), instant(raw['at'])];
  if (by === null) return null;
  return { by, at: at ?? 0, note: text(raw['note']) ?? '', fieldState: text(raw['field_state']) ?? '' };
}

function extensionOf(raw: unknown): Extension | null {
  if (!isJson(raw)) return null;
  const asked = signatureOf(raw['asked']);
  if (asked === null) return null;
  return {
    hours: number(raw['hours']) ?? 0,
    asked,
    approvals: signaturesOf(raw['approvals']),
    refused: signatureOf(raw['refused']),
    granted: raw['granted'] === true,
  };
}
