import { instant, isJson, list, number, oneOf, text } from '../api/parse';

export const GATEWAY_STATES = ['online', 'link_lost', 'offline', 'unstable', 'unknown'] as const;
export type GatewayState = (typeof GATEWAY_STATES)[number];

/** What is the matter with a gateway, worst first. */
export const FLAGS = [
  'gateway_cut',
  'only_poison',
  'much_poison',
  'clock_stuck',
  'clock_unusable',
  'over_rate',
  'clock_skewed',
  'text_transcoded',
] as const;
export type FlagKind = (typeof FLAGS)[number];

export interface Flag {
  readonly kind: FlagKind;
  readonly since: number | null;
  readonly until: number | null;
  readonly count: number | null;
}

/** Times are epoch ms of the server's clock. */
export interface Gateway {
  readonly enterprise: string;
  readonly code: string;
  readonly username: string;
  readonly state: GatewayState;
  /** False while the database is away: how it does is what nobody can tell then. */
  readonly known: boolean;
  readonly since: number | null;
  readonly lastSeen: number | null;
  readonly lastReadingAt: number | null;
  readonly newestMeasuredAt: number | null;
  /** Positive: its clock is ahead of ours. Null: nothing can be said. */
  readonly skewMs: number | null;
  readonly conflicts: number;
  /** Null: nobody has looked yet. */
  readonly points: number | null;
  readonly pointsOnline: number | null;
  readonly flags: readonly Flag[];
}

export function keyOf(gateway: { readonly enterprise: string; readonly code: string }): string {
  return `${gateway.enterprise}/${gateway.code}`;
}

export function parseGateway(raw: unknown): Gateway | null {
  if (!isJson(raw)) return null;
  const enterprise = text(raw['enterprise']);
  const code = text(raw['code']);
  if (enterprise === null || code === null) return null;
  return {
    enterprise,
    code,
    username: text(raw['username']) ?? '',
    state: oneOf(GATEWAY_STATES, raw['state']) ?? 'unknown',
    known: raw['known'] !== false,
    since: instant(raw['since']),
    lastSeen: instant(raw['last_seen']),
    lastReadingAt: instant(raw['last_reading_at']),
    newestMeasuredAt: instant(raw['newest_measured_at']),
    skewMs: number(raw['skew_ms']),
    conflicts: number(raw['conflicts']) ?? 0,
    points: number(raw['points']),
    pointsOnline: number(raw['points_online']),
    flags: byGravity([...list(raw['conditions']).flatMap(condition), ...clockFlag(raw)]),
  };
}

function condition(raw: unknown): Flag[] {
  if (!isJson(raw)) return [];
  const kind = oneOf(FLAGS, raw['kind']);
  if (kind === null) return [];
  const [since, until] = [instant(raw['since']), instant(raw['until'])];
  return [{ kind, since, until, count: number(raw['count']) }];
}

function clockFlag(raw: Readonly<Record<string, unknown>>): Flag[] {
  const kind = oneOf(FLAGS, `clock_${String(raw['clock'])}`);
  if (kind === null) return [];
  return [{ kind, since: instant(raw['clock_since']), until: null, count: null }];
}

function byGravity(flags: readonly Flag[]): Flag[] {
  return [...flags].sort((a, b) => FLAGS.indexOf(a.kind) - FLAGS.indexOf(b.kind));
}

/** That a gateway sends GB18030 is told by an event, once; here it stands with its other flags. */
export function withTranscoded(
  gateway: Gateway,
  told: ReadonlyMap<string, number>,
): Gateway {
  const since = told.get(keyOf(gateway));
  if (since === undefined) return gateway;
  const flag: Flag = { kind: 'text_transcoded', since, until: null, count: null };
  return { ...gateway, flags: byGravity([...gateway.flags, flag]) };
}

/** Gateways of one enterprise after the other, in the order of their codes. */
export function byEnterprise<T extends { readonly enterprise: string }>(
  rows: readonly T[],
): (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.enterprise);
    if (group) group.push(row);
    else groups.set(row.enterprise, [row]);
  }
  return [...groups];
}
