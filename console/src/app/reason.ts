import { Problem } from '../api/problem';
import { t } from '../i18n/locale.svelte';

/** Why a request failed, as a short phrase in the language of the screen. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Problem)) throw error;
  switch (error.status) {
    case 0:
      return t('problem.unreachable');
    case 403:
      return t('problem.forbidden');
    case 404:
      return t('problem.missing');
    case 429:
      return t('problem.busy');
    case 502:
    case 503:
    case 504:
      return t(isDatabaseAway(error) ? 'problem.database' : 'problem.unavailable');
    case 500:
      return t('problem.other', { status: error.status });
    default:
      return error.detail || t('problem.other', { status: error.status });
  }
}

/** It is not for this account. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Problem && error.status === 403;
}

/** The one part whose absence is no news of the alarms: they are judged and shown all the same. */
export function isDatabaseAway(error: unknown): boolean {
  return error instanceof Problem && error.type.endsWith('/database-away');
}

/** It is not for this account, or not there: nothing failed, there is only nothing to show. */
export function isBarred(error: unknown): boolean {
  return error instanceof Problem && (error.status === 403 || error.status === 404);
}
