import { vi } from 'vitest';

/** A request as the console made it. */
export interface Made {
  readonly method: string;
  readonly headers: Headers;
  /** Undefined: it had none. */
  readonly body: string | undefined;
}

/** In place of the server: what is asked (its path and query) is answered by this. */
export function served(answer: (url: string, made: Made) => Response | Promise<Response>): void {
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const body = await request.text();
    const { method, headers } = request;
    return answer(pathname + search, { method, headers, body: body === '' ? undefined : body });
  });
}
