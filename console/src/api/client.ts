import { Problem } from './problem';

/** No answer for so long is no answer: an operator must learn it, not wait. */
const TIMEOUT_MS = 10_000;

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ClientPorts {
  token(): string | null;
  language(): string;
  /** The token is not valid any more. */
  refused(): void;
  /** The session ran out: what is shown goes on, nothing can be done. */
  expired(): void;
}

/** Speaks JSON with `/api/v1`. Every failure is a `Problem`. */
export class Client {
  constructor(
    private readonly ports: ClientPorts,
    private readonly root = '/api/v1',
  ) {}

  get(path: string, query: Query = {}, signal?: AbortSignal): Promise<unknown> {
    return this.send('GET', path + search(query), null, signal);
  }

  /** `patience`: how long an answer may take, ms. */
  post(path: string, body: unknown, signal?: AbortSignal, patience?: number): Promise<unknown> {
    return this.send('POST', path, JSON.stringify(body), signal, patience);
  }

  put(path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
    return this.send('PUT', path, JSON.stringify(body), signal);
  }

  patch(path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
    return this.send('PATCH', path, JSON.stringify(body), signal);
  }

  remove(path: string, query: Query = {}, signal?: AbortSignal): Promise<unknown> {
    return this.send('DELETE', path + search(query), null, signal);
  }

  /** `code`: of the authenticator, or a recovery code; empty where none was asked for. */
  async signIn(username: string, password: string, code: string): Promise<unknown> {
    const told = { username, password, ...(code === '' ? {} : { otp: code }) };
    return this.fetch('/auth/token', {
      method: 'POST',
      body: new URLSearchParams(told),
      headers: { 'Accept-Language': this.ports.language() },
    });
  }

  /** End the session of a token that is given up; if it cannot be told, it ends by itself. */
  async leave(token: string): Promise<void> {
    const headers = { Authorization: `Bearer ${token}` };
    await this.fetch('/auth/sign-out', { method: 'POST', headers, keepalive: true }).catch(
      () => undefined,
    );
  }

  private async send(
    method: string,
    path: string,
    body: string | null,
    signal?: AbortSignal,
    patience?: number,
  ): Promise<unknown> {
    const headers: Record<string, string> = { 'Accept-Language': this.ports.language() };
    const token = this.ports.token();
    if (token !== null) headers['Authorization'] = `Bearer ${token}`;
    if (body !== null) headers['Content-Type'] = 'application/json';
    if (method !== 'GET') headers['Idempotency-Key'] = idempotencyKey();
    try {
      return await this.fetch(path, { method, body, headers }, signal, patience);
    } catch (error) {
      // Only the token that was refused is given up: a newer one may be in force already.
      if (error instanceof Problem && error.status === 401 && token === this.ports.token()) {
        if (error.type.endsWith('/session-expired')) this.ports.expired();
        else this.ports.refused();
      }
      throw error;
    }
  }

  private async fetch(
    path: string,
    init: RequestInit,
    signal?: AbortSignal,
    patience = TIMEOUT_MS,
  ): Promise<unknown> {
    const timeout = AbortSignal.timeout(patience);
    const stop = signal ? AbortSignal.any([signal, timeout]) : timeout;
    let response: Response;
    try {
      response = await fetch(this.root + path, { ...init, signal: stop, cache: 'no-store' });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw Problem.unreachable();
    }
    const body = await readBody(response);
    if (!response.ok) throw Problem.of(response.status, body);
    return body;
  }
}

async function readBody(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // An empty or a non-JSON body (a proxy's page, a 204): the status says what is to be said.
    return null;
  }
}

function search(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`;
}

function idempotencyKey(): string {
  // `crypto.randomUUID` exists only in secure contexts, and a park may serve plain http inside.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
