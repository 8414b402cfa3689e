import type { Alarm } from '../alarm/alarm';
import { parseAlarm } from '../alarm/parse';
import { isJson, items, text } from '../api/parse';
import { session } from '../app/session.svelte';
import { conditionText } from '../app/wording';
import { measured } from '../format/number';
import type { Point } from '../point/point';
import { parseRule, type Rule } from '../point/rule';
import { scaleOf } from './line';
import type { Limit } from './plot';
import type { Period } from './span';

export const ALARMS_SHOWN = 200;

/** What a point is measured against, and what happened to it until the end of this time. */
export interface About {
  readonly limits: readonly Limit[];
  readonly alarms: readonly Alarm[];
  /** There are more in this time than were read: the newest were. */
  readonly cut: boolean;
}

export async function readAbout(point: Point, over: Period, stop: AbortSignal): Promise<About> {
  const of = { enterprise: point.enterprise, tag: point.tag };
  const until = new Date(over.end).toISOString();
  const [rules, found] = await Promise.all([
    readRules(point, stop),
    session.client.get('/alarms', {
      query: { ...of, state: 'all', until, limit: ALARMS_SHOWN },
      signal: stop,
    }),
  ]);
  const limits = rules.map((rule) => ({
    scale: scaleOf(point),
    value: rule.limit,
    // Worded when it is read: the screen may speak another language since.
    get label() {
      return `${point.tag} ${limitLabel(rule.condition, rule.limit)}`;
    },
  }));
  const alarms = items(found, parseAlarm);
  const more = isJson(found) && text(found['next']) !== null;
  return { limits, alarms, cut: more && alarms.every((alarm) => alarm.raisedAt >= over.start) };
}

/** The limits in force of one point. */
export async function readRules(point: Point, stop: AbortSignal): Promise<readonly Rule[]> {
  const query = { enterprise: point.enterprise, tag: point.tag, limit: 100 };
  return items(await session.client.get('/rules', { query, signal: stop }), parseRule);
}

export function limitLabel(condition: string, limit: number): string {
  return `${conditionText(condition)} ${measured(limit)}`;
}
