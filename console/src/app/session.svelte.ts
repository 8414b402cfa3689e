import { Client } from '../api/client';
import { isJson, oneOf, text } from '../api/parse';
import { Problem } from '../api/problem';
import { locale } from '../i18n/locale.svelte';

export const ROLES = [
  'operator',
  'supervisor',
  'enterprise',
  'inspector',
  'regulator',
  'admin',
] as const;
export type Role = (typeof ROLES)[number];

export interface Me {
  readonly username: string;
  readonly role: Role | null;
  readonly enterprise: string | null;
}

const MAY_PUT_BACK: readonly (Role | null)[] = ['operator', 'supervisor', 'admin'];
const MAY_APPROVE: readonly (Role | null)[] = ['supervisor', 'admin'];
const KEPT = 'parkwatch.token';
const MAY_ACKNOWLEDGE: readonly (Role | null)[] = ['operator', 'supervisor', 'admin', 'enterprise'];
/** Points and rules (contract, roles). */
const MAY_CONFIGURE: readonly (Role | null)[] = ['supervisor', 'admin'];
/** Asking for what others approve: a bypass, its extension; and giving it back. */
const MAY_PROPOSE: readonly (Role | null)[] = ['operator', 'supervisor', 'admin', 'enterprise'];
/** Handing a shift over, and taking one over. */
const MAY_HAND_OVER: readonly (Role | null)[] = ['operator', 'supervisor', 'admin', 'enterprise'];
/** Being a drill's instructor. */
const MAY_DRILL: readonly (Role | null)[] = ['supervisor', 'admin'];
/** Enterprises and gateways, an enterprise its own; their conformance test. */
const MAY_REGISTER: readonly (Role | null)[] = ['supervisor', 'admin', 'enterprise'];
/** Seeing who did what (contract, roles). */
const MAY_AUDIT: readonly (Role | null)[] = ['regulator', 'admin'];
/** Having dead letters read again. */
const MAY_REPROCESS: readonly (Role | null)[] = ['supervisor', 'admin', 'enterprise'];

/** Who is signed in. The token lives in this tab only; F5 keeps it, closing the tab ends it. */
class Session {
  token: string | null = $state(sessionStorage.getItem(KEPT));
  me: Me | null = $state.raw(null);
  /** Signed out by the server, not by the user. */
  ended = $state(false);
  /** The session ran out under this console: it goes on showing and sounding, and nothing more. */
  expired = $state(false);

  readonly client = new Client({
    token: () => this.token,
    language: () => locale.language,
    refused: () => this.refused(),
    expired: () => (this.expired = true),
  });

  get mayAcknowledge(): boolean {
    return MAY_ACKNOWLEDGE.includes(this.me?.role ?? null);
  }

  /** Back on the board: unshelve, return to service. */
  get mayPutBack(): boolean {
    return MAY_PUT_BACK.includes(this.me?.role ?? null);
  }

  /** Being the second person. */
  get mayApprove(): boolean {
    return MAY_APPROVE.includes(this.me?.role ?? null);
  }

  get mayPropose(): boolean {
    return MAY_PROPOSE.includes(this.me?.role ?? null);
  }

  get mayConfigure(): boolean {
    return MAY_CONFIGURE.includes(this.me?.role ?? null);
  }

  /** An enterprise asks for rules, and somebody else approves them (contract, roles). */
  get mayProposeRules(): boolean {
    return this.me?.role === 'enterprise';
  }

  get mayHandOver(): boolean {
    return MAY_HAND_OVER.includes(this.me?.role ?? null);
  }

  get mayDrill(): boolean {
    return MAY_DRILL.includes(this.me?.role ?? null);
  }

  get mayAdminister(): boolean {
    return this.me?.role === 'admin';
  }

  get mayAudit(): boolean {
    return MAY_AUDIT.includes(this.me?.role ?? null);
  }

  get mayRegister(): boolean {
    return MAY_REGISTER.includes(this.me?.role ?? null);
  }

  get mayReprocess(): boolean {
    return MAY_REPROCESS.includes(this.me?.role ?? null);
  }

  /** An enterprise acknowledges by answering: with a note (contract, roles). */
  get mustNote(): boolean {
    return this.me?.role === 'enterprise';
  }

  /** Null: signed in. Who has to set up a second factor first gets a token for that alone. */
  async signIn(username: string, password: string, code = ''): Promise<string | null> {
    const answer = await this.client.signIn(username, password, code);
    const token = isJson(answer) ? text(answer['access_token']) : null;
    if (token === null || !isJson(answer)) throw new Problem(502, '', '');
    if (answer['must_enrol'] === true) return token;
    this.adopt(token);
    return null;
  }

  /** Back from a sign-in provider. */
  async signInByProvider(code: string, state: string): Promise<void> {
    const answer = await this.client.signInByProvider(code, state);
    const token = isJson(answer) ? text(answer['access_token']) : null;
    if (token === null) throw new Problem(502, '', '');
    this.adopt(token);
  }

  /** Signed in from now on, or again after the session ran out. */
  adopt(token: string): void {
    sessionStorage.setItem(KEPT, token);
    this.token = token;
    this.me = null;
    this.ended = false;
    this.expired = false;
  }

  async readMe(): Promise<void> {
    const answer = await this.client.get('/me');
    if (!isJson(answer)) return;
    this.me = {
      username: text(answer['username']) ?? text(answer['name']) ?? '',
      role: oneOf(ROLES, answer['role']),
      enterprise: text(answer['enterprise']),
    };
    this.expired = answer['right'] === 'show';
  }

  signOut(): void {
    if (this.token !== null) void this.client.leave(this.token);
    this.forget();
  }

  private refused(): void {
    this.forget();
    this.ended = true;
  }

  private forget(): void {
    sessionStorage.removeItem(KEPT);
    this.token = null;
    this.me = null;
    this.ended = false;
    this.expired = false;
  }
}

export const session = new Session();
