import type { Alarm } from '../alarm/alarm';
import { measured } from '../format/number';
import { duration } from '../format/time';
import { unitText } from '../format/unit';
import { locale, t } from '../i18n/locale.svelte';
import type { Value } from '../live/values';
import type { DetectorGroup } from '../point/detector-group';
import { statesOf, type Point } from '../point/point';
import { foundSentence } from './detector-wording';

/** A value in words or digits, with its unit; a state by its name, a bad value as such. */
export function valueText(value: Value, kind: string | null, unit: string): string {
  if (value === null) return t('value.bad');
  const states = statesOf(kind);
  if (states !== null) {
    const name = typeof value === 'number' ? states[value] : value;
    return name === undefined ? String(value) : locale.name('value', name);
  }
  if (typeof value === 'string') return value;
  const written = unitText(unit);
  return written === '' ? measured(value) : `${measured(value)} ${written}`;
}

/** What a tag that is no point sent: a number as it came, a state by its name. */
export function sentText(value: string | null): string {
  if (value === null) return t('value.bad');
  return Number.isFinite(Number(value)) ? value : locale.name('value', value);
}

/** How old a value is: seconds while it is fresh, then minutes and hours. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const age = seconds < 60 ? t('unit.seconds', { count: seconds }) : duration(ms);
  return t('point.age', { age });
}

export function conditionText(condition: string): string {
  const name = locale.name('condition', condition);
  return name === condition || !/^[HL]+$/.test(condition) ? name : `${condition} ${name}`;
}

/** What it read when it was raised: a state by its name, which its message has and no number is. */
export function raisedAtText(alarm: Alarm): string {
  const code = alarm.message.params['value'];
  const value = alarm.value ?? (statesOf(alarm.pointKind) !== null && typeof code === 'number' ? code : null);
  return value === null ? '–' : valueText(value, alarm.pointKind, alarm.unit);
}

/** "HH 高高报 ≥ 50 %LEL" */
export function limitText(alarm: Alarm): string {
  if (alarm.limit === null) return conditionText(alarm.condition);
  const limit = valueText(alarm.limit, alarm.pointKind, alarm.unit);
  if (statesOf(alarm.pointKind)) return `${t('condition.state')} ${limit}`;
  return `${conditionText(alarm.condition)} ${alarm.condition.startsWith('L') ? '≤' : '≥'} ${limit}`;
}

export function alarmPointName(alarm: Alarm): string {
  const name = locale.language === 'en' ? alarm.pointNameEn : alarm.pointName;
  return name ?? alarm.pointName ?? alarm.tag ?? alarm.subject;
}

export function pointName(point: Point): string {
  const name = locale.language === 'en' ? point.nameEn : point.name;
  return name || point.name || point.nameEn;
}

/** What a group of detectors is called; empty while nobody knows it. */
export function groupName(group: DetectorGroup | null): string {
  if (group === null) return '';
  return (locale.language === 'en' && group.nameEn) || group.name;
}

/** Whose alarm it is: an enterprise's, or the park's own. */
export function ownerText(alarm: Alarm): string {
  return alarm.enterprise === '*' ? t('alarms.park') : alarm.enterprise;
}

/** The subject in words: a tag stands for itself, a gateway is called one. */
export function subjectText(alarm: Alarm): string {
  if (alarm.tag !== null) return alarm.tag;
  if (alarm.subjectType === 'store') return locale.name('part', `${alarm.subject}_store`);
  const type = locale.name('subject', alarm.subjectType);
  return `${type} ${alarm.subject}`;
}

/** What happened, as one sentence in the language of the screen. */
export function alarmSentence(alarm: Alarm): string {
  const found = alarm.limit === null ? foundSentence(alarm, alarmPointName(alarm)) : null;
  const said = found ?? plainSentence(alarm);
  if (alarm.judged) return said;
  return `${said} ${t(found === null ? 'message.not-judged' : 'found.unanswered')}`;
}

/** Silence and clocks are worded here, so that they follow the screen's language. */
function claimSentence(alarm: Alarm): string | null {
  const fact = (name: string): string => {
    const found = alarm.message.params[name];
    return typeof found === 'number' ? measured(found) : t('value.none');
  };
  const [due, points] = [fact('due_s'), fact('points')];
  if (alarm.rule === 'silence') {
    const subject = alarmPointName(alarm);
    if (alarm.subjectType === 'point') return t('message.stale', { subject, due });
    if (alarm.subjectType === 'gateway') return t('message.gateway-silent', { due, points });
    return t('message.enterprise-silent', { points, gateways: fact('gateways') });
  }
  if (alarm.rule === 'bypass') return bypassSentence(alarm);
  if (alarm.rule !== 'clock') return null;
  if (alarm.message.params['fault'] === 'behind') {
    return t('message.clock-behind', { behind: fact('behind_s') });
  }
  return t('message.clock-unusable');
}

/** A bypass seen in the field that is not, or no longer, approved. */
function bypassSentence(alarm: Alarm): string {
  const told = alarm.message.params['state'];
  const state = typeof told === 'string' ? locale.name('value', told) : t('value.none');
  const words = { subject: alarmPointName(alarm), state };
  if (alarm.condition === 'bypass_expired') return t('message.bypass-expired', words);
  return t('message.bypass-unapproved', words);
}

function plainSentence(alarm: Alarm): string {
  const claimed = alarm.limit === null ? claimSentence(alarm) : null;
  if (claimed !== null) return claimed;
  const high = /^H+$/.test(alarm.condition);
  const low = /^L+$/.test(alarm.condition);
  if ((!high && !low) || alarm.limit === null) {
    return alarm.message.text || conditionText(alarm.condition);
  }
  const point = alarmPointName(alarm);
  const value =
    alarm.value === null ? t('value.none') : valueText(alarm.value, alarm.pointKind, alarm.unit);
  if (statesOf(alarm.pointKind)) return t('message.state', { point, value });
  const words = {
    point,
    condition: locale.name('condition', alarm.condition),
    limit: valueText(alarm.limit, alarm.pointKind, alarm.unit),
    value,
  };
  return high ? t('message.limit-high', words) : t('message.limit-low', words);
}

export function stateText(alarm: Alarm): string {
  if (alarm.closedAs !== null) return t(`closing.${alarm.closedAs}`);
  return t(`state.${alarm.state}`);
}
