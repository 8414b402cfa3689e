import { Problem } from '../api/problem';
import { locale, t } from '../i18n/locale.svelte';
import { reasonOf } from './reason';
import { inChinese, sentenceText } from './sentence-wording';

/** What the server says of fields, by the name of the field in the form. */
export type Told = Readonly<Record<string, string>>;

/** The field of a form that a path in the body belongs to. */
export type FieldOf = (path: string) => string;

/** `rules.0.others.1` is of `others`. */
export const outermost: FieldOf = (path) => {
  const bare = path.replace(/^rules\.\d+\./, '');
  return bare.split('.')[0] ?? bare;
};

/** A form that is sent: how the last try ended. */
export class FormDesk {
  busy = $state(false);
  /** What the server refused, and which fields it is of: worded when it is read, in the language of then. */
  private refusal: { readonly problem: Problem; readonly fieldOf: FieldOf } | null = $state.raw(null);
  /** Sentences about fields. */
  readonly told: Told = $derived(this.refusal === null ? {} : toldOf(this.refusal.problem, this.refusal.fieldOf));

  /** `refused`: how a refusal begins. */
  constructor(private readonly refused: 'rule.refused' | 'bypass.refused' = 'rule.refused') {}

  /** A sentence about the whole. */
  get sentence(): string {
    return this.refusal === null ? '' : t(this.refused, { reason: whole(this.refusal.problem, this.told) });
  }

  forget(): void {
    this.refusal = null;
  }

  /** True: done. What the server refuses is told by its fields. */
  async send(what: () => Promise<void>, fieldOf: FieldOf = outermost): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.forget();
    try {
      await what();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.refusal = { problem: error, fieldOf };
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** What is wrong, in the language of the screen where there are words for it. */
export function whole(error: Problem, told: Told): string {
  const sentences = Object.values(told);
  if (sentences.length > 0) return sentences.join(' ');
  return forbidden(error) ?? sentenceText(reasonOf(error));
}

/** Who else may do it, where the server says so and there are words for it. */
function forbidden(error: Problem): string | null {
  if (error.status !== 403) return null;
  return locale.language === 'en' ? error.detail || null : inChinese(error.detail);
}

/** The server's sentences by the field of the form. */
export function toldOf(error: Problem, fieldOf: FieldOf = outermost): Told {
  const named = error.fields.map(({ field, message }) => {
    return [fieldOf(field), sentenceText(message)] as const;
  });
  return Object.fromEntries(named);
}
