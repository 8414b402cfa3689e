import type { Logic } from '../alarm/alarm';
import { locale, t } from '../i18n/locale.svelte';
import { valueText } from './wording';

const LIMITS: Readonly<Record<string, string>> = { high: 'H', low: 'L' };

/** What suppresses an alarm, and what it found, in the language of the screen. */
export function logicText(logic: Logic): string {
  const { name, tag } = logic;
  switch (logic.kind) {
    case 'state': {
      const states = logic.states.map((state) => locale.name('value', state)).join(' / ');
      return t('logic.state', { name, tag, states });
    }
    case 'limit': {
      const sign = logic.direction === 'low' ? '≤' : '≥';
      const limit = valueText(logic.limit, null, logic.unit);
      return t('logic.limit', { name, tag, sign, limit, value: valueText(logic.value, null, logic.unit) });
    }
    case 'alarm': {
      if (logic.alarm === null) return t('logic.any-alarm', { name, tag });
      const alarm = locale.name('condition', LIMITS[logic.alarm] ?? logic.alarm);
      return t('logic.alarm', { name, tag, alarm });
    }
    default:
      return logic.text;
  }
}
