import { isJson, type Json } from '../api/parse';
import { Problem } from '../api/problem';
import { t } from '../i18n/locale.svelte';
import type { Point } from '../point/point';
import type { AnyRule } from '../point/rule';
import { acknowledge } from './acknowledge.svelte';
import { reasonOf } from './reason';
import { ruleText } from './rule-wording';
import { sentenceText } from './sentence-wording';
import { session } from './session.svelte';

/** What the server says of fields, by the name of the field in the form. */
export type Told = Readonly<Record<string, string>>;

/** Putting rules in force, changing and ending them: how the last try ended. */
export class RuleDesk {
  busy = $state(false);
  /** Sentences about fields. */
  told: Told = $state.raw({});
  /** A sentence about the whole. */
  sentence = $state('');

  /** A new rule, or (`known`) another version of one. True: done, or a second person is asked. */
  async save(body: Json, known: AnyRule | null, point: Point): Promise<boolean> {
    return this.ask(async () => {
      const answer = await (known === null
        ? session.client.post('/rules', body)
        : session.client.put(`/rules/${encodeURIComponent(known.id)}`, body));
      this.say(answer, t(known === null ? 'rule.added' : 'rule.changed', { tag: point.tag }), point);
    });
  }

  async remove(rule: AnyRule, point: Point, reason: string): Promise<boolean> {
    const what = ruleText(rule, point);
    const why = reason.trim() === '' ? {} : { reason: reason.trim() };
    return this.ask(async () => {
      const answer = await session.client.remove(`/rules/${encodeURIComponent(rule.id)}`, why);
      this.say(answer, t('rule.removed', { what }), point);
    });
  }

  /** The chosen proposals: limits by their conditions, all others by their names; what only the
   * plant knows goes along. What was put in force before something failed stays. */
  async adopt(
    conditions: readonly string[],
    names: readonly string[],
    plant: Json,
    point: Point,
  ): Promise<boolean> {
    const { respond_s: respond, ...figures } = plant;
    const path = `/points/${encodeURIComponent(point.enterprise)}/${encodeURIComponent(point.tag)}`;
    return this.ask(async () => {
      let answer: unknown = null;
      if (conditions.length > 0) {
        answer = await session.client.post(`${path}/template`, { conditions, ...figures });
      }
      if (names.length > 0) {
        const told = respond === undefined ? { names } : { names, respond_s: respond };
        answer = await session.client.post(`${path}/template/detectors`, told);
      }
      const count = conditions.length + names.length;
      this.say(answer, t('template.adopted', { tag: point.tag, count }), point);
    });
  }

  forget(): void {
    this.told = {};
    this.sentence = '';
  }

  /** A 202 is an approval that waits: nothing is in force yet. */
  private say(answer: unknown, done: string, point: Point): void {
    const asked = isJson(answer) && answer['approval'] !== undefined;
    acknowledge.say(asked ? t('rule.asked', { tag: point.tag }) : done, false);
  }

  private async ask(what: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.forget();
    try {
      await what();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.told = toldOf(error);
      this.sentence = t('rule.refused', { reason: whole(error, this.told) });
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** What is wrong, in the language of the screen where there are words for it. */
export function whole(error: Problem, told: Told): string {
  const sentences = Object.values(told);
  return sentences.length > 0 ? sentences.join(' ') : sentenceText(reasonOf(error));
}

/** The server's sentences by the field of the form: `rules.0.others.1` is of `others`. */
export function toldOf(error: Problem): Told {
  const named = error.fields.map(({ field, message }) => {
    const [name = field] = field.replace(/^rules\.\d+\./, '').split('.');
    return [name, sentenceText(message)] as const;
  });
  return Object.fromEntries(named);
}
