import { isJson, items, text } from './parse';

/** What is wrong with one field: `field` is its path in the body, like `limit` or `rules.0.tag`. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/**
 * Why a request failed. `status` 0: no answer at all. `detail` is the server's own sentence
 * (RFC 9457), in the asked language.
 */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
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
    const errors = items(body['errors'], parseFieldError);
    return new Problem(status, text(body['type']) ?? '', detail, errors);
  }

  /** What is wrong with which field; a sentence about one alone is led by its path. */
  get fields(): readonly FieldError[] {
    if (this.errors.length > 0) return this.errors;
    const led = /^([a-z_][\w.]*): (.+)$/s.exec(this.detail);
    return led?.[1] && led[2] ? [{ field: led[1], message: led[2] }] : [];
  }
}

function parseFieldError(raw: unknown): FieldError | null {
  if (!isJson(raw)) return null;
  const [field, message] = [text(raw['field']), text(raw['message'])];
  return field === null || message === null ? null : { field, message };
}
