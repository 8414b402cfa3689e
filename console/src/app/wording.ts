import type { Alarm } from '../alarm/alarm';
import { measured } from '../format/number';
import { locale, t } from '../i18n/locale.svelte';
import type { Value } from '../live/values';
import { statesOf, type Point } from '../point/point';

/** A value in words or digits, with its unit; a state by its name, a bad value as such. */
export function valueText(value: Value, kind: string | null, unit: string): string {
  if (value === null) return t('value.bad');
  const states = statesOf(kind);
  if (states !== null) {
    const name = typeof value === 'number' ? states[value] : value;
    return name === undefined ? String(value) : locale.name('value', name);
  }
  if (typeof value === 'string') return value;
  return unit === '' ? measured(value) : `${measured(value)} ${unit}`;
}

export function conditionText(condition: string): string {
  const name = locale.name('condition', condition);
  return name === condition || !/^[HL]+$/.test(condition) ? name : `${condition} ${name}`;
}

/** "HH 高高报 ≥ 50 %LEL" */
export function limitText(alarm: Alarm): string {
  const condition = conditionText(alarm.condition);
  if (alarm.limit === null) return condition;
  const limit = valueText(alarm.limit, alarm.pointKind, alarm.unit);
  const sign = statesOf(alarm.pointKind) ? '' : alarm.condition.startsWith('L') ? '≤ ' : '≥ ';
  return `${condition} ${sign}${limit}`;
}

export function alarmPointName(alarm: Alarm): string {
  const name = locale.language === 'en' ? alarm.pointNameEn : alarm.pointName;
  return name ?? alarm.pointName ?? alarm.tag ?? alarm.subject;
}

export function pointName(point: Point): string {
  const name = locale.language === 'en' ? point.nameEn : point.name;
  return name || point.name || point.nameEn;
}

/** What happened, as one sentence in the language of the screen. */
export function alarmSentence(alarm: Alarm): string {
  const high = /^H+$/.test(alarm.condition);
  const low = /^L+$/.test(alarm.condition);
  if ((!high && !low) || alarm.limit === null) {
    return alarm.message.text || conditionText(alarm.condition);
  }
  const words = {
    point: alarmPointName(alarm),
    condition: locale.name('condition', alarm.condition),
    limit: valueText(alarm.limit, alarm.pointKind, alarm.unit),
    value: alarm.value === null ? t('value.none') : valueText(alarm.value, alarm.pointKind, alarm.unit),
  };
  return high ? t('message.limit-high', words) : t('message.limit-low', words);
}

export function stateText(alarm: Alarm): string {
  if (alarm.closedAs !== null) return t(`closing.${alarm.closedAs}`);
  return t(`state.${alarm.state}`);
}
