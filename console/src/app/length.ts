import { t } from '../i18n/locale.svelte';

/** A length that somebody decides on: 12 h, 30 d, 1 h 30 min. */
export function lengthText(minutes: number): string {
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = [
    d > 0 ? t('length.days', { count: d }) : '',
    h > 0 ? t('length.hours', { count: h }) : '',
    m > 0 || minutes === 0 ? t('length.minutes', { count: m }) : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}
