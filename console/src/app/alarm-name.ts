import { t } from '../i18n/locale.svelte';
import { DETECTORS } from '../point/detector';
import { conditionText } from './wording';

/** What an alarm of a point can be called in a rule of suppression; empty: every one. */
export const ALARM_NAMES = ['', 'high', 'low', ...DETECTORS] as const;

export function alarmName(name: string): string {
  if (name === '') return t('logic.every-alarm');
  if (name === 'high' || name === 'low') return t(`logic.${name}`);
  return conditionText(name);
}
