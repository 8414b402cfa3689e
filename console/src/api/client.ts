import createClient from 'openapi-fetch';
import { Problem } from './problem';
import type { Api, Asked, Method, PathOf, Said } from './route';

/** No answer for so long is no answer: an operator must learn it, not wait. */
const TIMEOUT_MS = 10_000;

export interface ClientPorts {
  token(): string | null;
  language(): string;
  /** The token is not valid any more. */
  refused(): void;
  /** The session ran out: what is shown goes on, nothing can be done. */
  expired(): void;
}

/** What is asked, whatever the path: by now the compiler has held it against `openapi.json`. */
interface Request {
  readonly path?: Readonly<Record<string, string | number>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly patience?: number | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly keepalive?: boolean;
  readonly parseAs?: 'stream' | 'blob';
}

interface Answer {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}
type Requesting = (method: Method, path: keyof Api, init: object) => Promise<Answer>;

/**
 * Speaks with `/api/v1` as `openapi.json` describes it. What comes back is unknown until it was
 * looked at; every failure is a `Problem`.
 */
export class Client {
  private readonly request: Requesting;

  constructor(
    private readonly ports: ClientPorts,
    root = '/api/v1',
  ) {
    const made = createClient<Api>({ baseUrl: root, cache: 'no-store', fetch: (request) => fetch(request) });
    this.request = made.request as unknown as Requesting;
  }

  get<P extends PathOf<'get'>>(path: P, ...[asked]: Said<P, 'get'>): Promise<unknown> {
    return this.send('get', path, asked ?? {});
  }

  post<P extends PathOf<'post'>>(path: P, ...[asked]: Said<P, 'post'>): Promise<unknown> {
    return this.send('post', path, asked ?? {});
  }

  put<P extends PathOf<'put'>>(path: P, ...[asked]: Said<P, 'put'>): Promise<unknown> {
    return this.send('put', path, asked ?? {});
  }

  patch<P extends PathOf<'patch'>>(path: P, ...[asked]: Said<P, 'patch'>): Promise<unknown> {
    return this.send('patch', path, asked ?? {});
  }

  remove<P extends PathOf<'delete'>>(path: P, ...[asked]: Said<P, 'delete'>): Promise<unknown> {
    return this.send('delete', path, asked ?? {});
  }

  /** What is no JSON: a sheet to keep. */
  async download(path: '/points/export', asked: Asked<'/points/export', 'get'>): Promise<Blob> {
    const answer = await this.send('get', path, { ...asked, parseAs: 'blob' });
    if (!(answer instanceof Blob)) throw Problem.unreachable();
    return answer;
  }

  /** `code`: of the authenticator, or a recovery code; empty where none was asked for. */
  async signIn(username: string, password: string, code: string): Promise<unknown> {
    const told = { username, password, ...(code === '' ? {} : { otp: code }) };
    return this.fetch('post', '/auth/token', this.unsigned(new URLSearchParams(told)));
  }

  /** Back from a sign-in provider, with what it gave. */
  async signInByProvider(code: string, state: string): Promise<unknown> {
    return this.fetch('post', '/auth/oidc/token', this.unsigned(new URLSearchParams({ code, state })));
  }

  /** End the session of a token that is given up; if it cannot be told, it ends by itself. */
  async leave(token: string): Promise<void> {
    const headers = { Authorization: `Bearer ${token}` };
    await this.fetch('post', '/auth/sign-out', { headers, keepalive: true }).catch(() => undefined);
  }

  private unsigned(body: URLSearchParams): Request {
    return { body, headers: { 'Accept-Language': this.ports.language() } };
  }

  private async send(method: Method, path: keyof Api, asked: Request): Promise<unknown> {
    const headers: Record<string, string> = { 'Accept-Language': this.ports.language() };
    const token = this.ports.token();
    if (token !== null) headers['Authorization'] = `Bearer ${token}`;
    if (method !== 'get') headers['Idempotency-Key'] = idempotencyKey();
    try {
      return await this.fetch(method, path, { ...asked, headers });
    } catch (error) {
      // Only the token that was refused is given up: a newer one may be in force already.
      if (error instanceof Problem && error.status === 401 && token === this.ports.token()) {
        if (error.type.endsWith('/session-expired')) this.ports.expired();
        else this.ports.refused();
      }
      throw error;
    }
  }

  private async fetch(method: Method, path: keyof Api, asked: Request): Promise<unknown> {
    const { path: places, query, signal, patience = TIMEOUT_MS, headers, body, ...rest } = asked;
    const timeout = AbortSignal.timeout(patience);
    const init = {
      parseAs: 'stream' as const,
      ...rest,
      ...(body === undefined ? {} : { body, bodySerializer: written }),
      params: { path: places, query },
      headers: body === undefined ? headers : { 'Content-Type': kindOf(body), ...headers },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    };
    let answer: Answer;
    try {
      answer = await this.request(method, path, init);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw Problem.unreachable();
    }
    const { response } = answer;
    if (!response.ok) throw Problem.of(response.status, answer.error);
    return init.parseAs === 'stream' ? readBody(response) : answer.data;
  }
}

function kindOf(body: unknown): string {
  if (body instanceof Blob) return body.type;
  return body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json';
}

function written(body: unknown): string | Blob {
  if (body instanceof Blob) return body;
  return body instanceof URLSearchParams ? body.toString() : JSON.stringify(body);
}

async function readBody(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // An empty or a non-JSON body (a proxy's page, a 204): the status says what is to be said.
    return null;
  }
}

function idempotencyKey(): string {
  // `crypto.randomUUID` exists only in secure contexts, and a park may serve plain http inside.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
