import { isJson, text } from './parse';

/**
 * Why a request failed. `status` 0: no answer at all. `detail` is the server's own sentence
 * (RFC 9457), in the asked language.
 */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly detail: string,
  ) {
    super(detail || `HTTP ${status}`);
    this.name = 'Problem';
  }

  static unreachable(): Problem {
    return new Problem(0, 'unreachable', '');
  }

  static of(status: number, body: unknown): Problem {
    if (!isJson(body)) return new Problem(status, '', '');
    const detail = text(body['detail']) ?? text(body['title']) ?? '';
    return new Problem(status, text(body['type']) ?? '', detail);
  }
}
