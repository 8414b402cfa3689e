import { duration } from '../format/time';
import { locale, t } from '../i18n/locale.svelte';
import { countdownOf, waitingExtension, type Bypass } from '../interlock/bypass';

/** What counts down at a bypass, or up once it is over; empty: nothing does. */
export function countdownText(bypass: Bypass, now: number): string {
  if (bypass.state === 'expired' && bypass.until !== null) {
    return t('bypass.overdue', { left: duration(now - bypass.until) });
  }
  const found = countdownOf(bypass);
  return found === null ? '' : t(`bypass.countdown.${found.to}`, { left: duration(found.at - now) });
}

/** What is bypassed, for the head of a form and the notice after it. */
export function bypassText(loop: string, bypass: Bypass): string {
  const kind = locale.name('bypass_kind', bypass.kind);
  const waiting = waitingExtension(bypass);
  return waiting === null
    ? t('bypass.what', { loop, kind })
    : t('bypass.what-extension', { loop, kind, hours: waiting.hours });
}
