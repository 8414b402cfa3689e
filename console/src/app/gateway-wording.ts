import type { Gateway } from '../connection/gateway';
import { t } from '../i18n/locale.svelte';

const EVEN_MS = 500;

/** "3.0 s ahead", "0.1 s off", or nothing where nothing can be said. */
export function skewText(gateway: Gateway): string {
  if (gateway.skewMs === null) return '–';
  const size = Math.abs(gateway.skewMs);
  const seconds = size < 60_000 ? (size / 1000).toFixed(1) : String(Math.round(size / 1000));
  if (size < EVEN_MS) return t('gateways.right', { seconds });
  return gateway.skewMs > 0 ? t('gateways.ahead', { seconds }) : t('gateways.behind', { seconds });
}
