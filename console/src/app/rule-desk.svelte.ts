import './expression-sentence';
import { isJson, number, type Json } from '../api/parse';
import type { BodyOf } from '../api/route';
import { t } from '../i18n/locale.svelte';
import type { Point } from '../point/point';
import type { AnyRule } from '../point/rule';
import { acknowledge } from './acknowledge.svelte';
import { FormDesk } from './form-desk.svelte';
import { ruleText } from './rule-wording';
import { session } from './session.svelte';

/** Putting rules in force, changing and ending them: how the last try ended. */
export class RuleDesk extends FormDesk {
  /** A new rule, or (`known`) another version of one. True: done, or a second person is asked. */
  async save(body: Json, known: AnyRule | null, point: Point): Promise<boolean> {
    return this.send(async () => {
      const answer = await (known === null
        ? session.client.post('/rules', { body: body as BodyOf<'/rules', 'post'> })
        : session.client.put('/rules/{rule}', {
            path: { rule: known.id },
            body: body as BodyOf<'/rules/{rule}', 'put'>,
          }));
      this.say(answer, t(known === null ? 'rule.added' : 'rule.changed', { tag: point.tag }), point);
    });
  }

  async remove(rule: AnyRule, point: Point, reason: string): Promise<boolean> {
    const what = ruleText(rule, point);
    const why = reason.trim() === '' ? {} : { reason: reason.trim() };
    return this.send(async () => {
      const answer = await session.client.remove('/rules/{rule}', { path: { rule: rule.id }, query: why });
      this.say(answer, t('rule.removed', { what }), point);
    });
  }

  /** The chosen proposals: limits by their conditions, all others by their names; what only the
   * plant knows goes along; `group`: the group that votes. What was put in force before something failed stays. */
  async adopt(
    conditions: readonly string[],
    names: readonly string[],
    plant: Json,
    point: Point,
    group = '',
  ): Promise<boolean> {
    const { respond_s: respond, ...figures } = plant;
    const path = { enterprise: point.enterprise, tag: point.tag };
    return this.send(async () => {
      let answer: unknown = null;
      if (conditions.length > 0) {
        answer = await session.client.post('/points/{enterprise}/{tag}/template', {
          path,
          body: { conditions, ...figures } as BodyOf<'/points/{enterprise}/{tag}/template', 'post'>,
        });
      }
      if (names.length > 0) {
        const told = { names, respond_s: number(respond) ?? undefined, group: group || undefined };
        answer = await session.client.post('/points/{enterprise}/{tag}/template/detectors', {
          path,
          body: told,
        });
      }
      const count = conditions.length + names.length;
      this.say(answer, t('template.adopted', { tag: point.tag, count }), point);
    });
  }

  /** A 202 is an approval that waits: nothing is in force yet. */
  private say(answer: unknown, done: string, point: Point): void {
    const asked = isJson(answer) && answer['approval'] !== undefined;
    acknowledge.say(asked ? t('rule.asked', { tag: point.tag }) : done, false);
  }
}
