import { isJson, list, text } from '../api/parse';
import { ROLES, type Role } from '../app/session.svelte';

export const DUTIES = [
  'permit_applicant',
  'permit_approver',
  'guardian',
  'gas_analyst',
  'gatekeeper',
] as const;
export type Duty = (typeof DUTIES)[number];

/** Somebody who may sign in. */
export interface User {
  readonly username: string;
  readonly role: Role | null;
  readonly enterprise: string | null;
  readonly duties: readonly string[];
  readonly secondFactor: boolean;
}

export function parseUser(raw: unknown): User | null {
  const username = isJson(raw) ? text(raw['username']) : null;
  if (!isJson(raw) || username === null) return null;
  return {
    username,
    role: ROLES.find((each) => each === raw['role']) ?? null,
    enterprise: text(raw['enterprise']),
    duties: list(raw['duties']).flatMap((each) => text(each) ?? []),
    secondFactor: raw['second_factor'] === true,
  };
}

/** A user as typed; `password` empty: it stays. */
export interface UserDraft {
  readonly username: string;
  readonly password: string;
  readonly role: Role;
  readonly enterprise: string;
  readonly duties: readonly string[];
}

export function draftOfUser(known: User | null): UserDraft {
  return {
    username: known?.username ?? '',
    password: '',
    role: known?.role ?? 'operator',
    enterprise: known?.enterprise ?? '',
    duties: known?.duties ?? [],
  };
}

/** What is sent: of an enterprise's user its enterprise and duties, of the park's neither. */
export function userBody(draft: UserDraft, isNew: boolean): Record<string, unknown> {
  const own = draft.role === 'enterprise';
  return {
    ...(isNew ? { username: draft.username.trim() } : {}),
    ...(isNew || draft.password !== '' ? { password: draft.password } : {}),
    role: draft.role,
    enterprise: own ? draft.enterprise.trim() : null,
    duties: own ? draft.duties : [],
  };
}
