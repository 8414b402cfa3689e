import { instant, isJson, number, text } from '../api/parse';

export const EVENT_KINDS = [
  'gateway_online',
  'gateway_offline',
  'gateway_unstable',
  'messages_missing',
  'gaps_given_up',
  'boot_reused',
  'session_lost',
  'only_poison',
  'much_poison',
  'over_rate',
  'gateway_cut',
  'clock_skewed',
  'clock_stuck',
  'clock_unusable',
  'clock_right',
  'text_transcoded',
  'publish_denied',
  'subscribe_denied',
  'message_too_large',
  'login_refused',
  'storage_low',
  'storage_tight',
  'storage_full',
  'storage_well',
  'readings_dropped_early',
  'broker_store_half',
  'broker_store_full',
  'broker_store_well',
  'shelving_loosened',
  'shelving_restored',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Something that happened to a gateway, `count` times from `at` to `lastAt`. */
export interface GatewayEvent {
  readonly key: string;
  readonly enterprise: string;
  readonly gateway: string;
  /** One of EVENT_KINDS, or a newer one that this console has no words for. */
  readonly kind: string;
  readonly detail: string;
  readonly count: number;
  readonly at: number;
  readonly lastAt: number;
}

export function parseEvent(raw: unknown): GatewayEvent | null {
  if (!isJson(raw)) return null;
  const [id, kind, at] = [number(raw['id']), text(raw['kind']), instant(raw['at'])];
  if (id === null || kind === null || at === null) return null;
  const enterprise = text(raw['enterprise']) ?? '';
  return {
    key: `${enterprise}/${id}`,
    enterprise,
    gateway: text(raw['gateway']) ?? '',
    kind,
    detail: text(raw['detail']) ?? '',
    count: number(raw['count']) ?? 1,
    at,
    lastAt: instant(raw['last_at']) ?? at,
  };
}

/** Their detail says in English what their count says already. */
const SAID_BY_COUNT: readonly string[] = ['only_poison', 'much_poison', 'over_rate', 'gateway_cut'];

/** What is to be shown beside the words of the kind: a topic, a number, a place; often nothing. */
export function detailOf(event: GatewayEvent): string {
  return SAID_BY_COUNT.includes(event.kind) ? '' : event.detail;
}
