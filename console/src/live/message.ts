import type { Alarm } from '../alarm/alarm';
import { parseAlarm } from '../alarm/parse';
import { instant, isJson, list, number, scalar, text, type Json } from '../api/parse';
import type { ValueFrame } from './values';

/** What the server says on `WS /api/v1/live` (contract, "Live push"). */
export type ServerMessage =
  | {
      readonly type: 'snapshot';
      readonly seq: number;
      readonly alarms: readonly Alarm[];
      readonly points: ValueFrame;
      readonly floods?: readonly Flood[];
    }
  | { readonly type: 'alarm'; readonly seq: number; readonly event: string; readonly alarm: Alarm }
  | { readonly type: 'values'; readonly points: ValueFrame }
  | { readonly type: 'heartbeat'; readonly heartbeat: Heartbeat }
  | { readonly type: 'recorded'; readonly ids: readonly string[] }
  | { readonly type: 'flood'; readonly floods: readonly Flood[] }
  | { readonly type: 'resync' };

/** What the console itself tells the reducer: a new connection, and the answer to an own action. */
export type OwnMessage =
  | { readonly type: 'opened' }
  | { readonly type: 'answered'; readonly alarm: Alarm };

export type LiveMessage = ServerMessage | OwnMessage;

/** A flood of alarms that goes on: of the whole park (`enterprise` null) or of an enterprise. */
export interface Flood {
  readonly enterprise: string | null;
  readonly since: number;
  readonly alarms: number;
  /** In the last ten minutes. */
  readonly rate: number;
}

/** How much of the broker's store is used (0 to 1), and in how many hours it ends. */
export interface BrokerStore {
  readonly share: number;
  readonly hoursLeft: number | null;
}

export interface Heartbeat {
  readonly serverTime: number;
  readonly engineAt: number | null;
  readonly commitAt: number | null;
  readonly degraded: readonly string[];
  readonly brokerStore?: BrokerStore | null;
  /** Since the canary last alarmed through the whole chain, in seconds. */
  readonly canaryAgeS?: number | null;
}

/** A type this console does not know: skipped, so that the server may add some. */
export const UNKNOWN = 'unknown';
/** A known type that cannot be read: the connection is not to be trusted any more. */
export const MALFORMED = 'malformed';

export function parseMessage(data: unknown): ServerMessage | typeof UNKNOWN | typeof MALFORMED {
  const raw = decode(data);
  if (raw === null) return MALFORMED;
  switch (raw['type']) {
    case 'snapshot':
      return snapshot(raw);
    case 'alarm':
      return alarmEvent(raw);
    case 'values':
      return { type: 'values', points: frame(isJson(raw['points']) ? raw['points'] : raw) };
    case 'heartbeat':
      return heartbeat(raw);
    case 'recorded':
      return { type: 'recorded', ids: list(raw['ids']).filter((id) => typeof id === 'string') };
    case 'flood':
      return { type: 'flood', floods: floods(raw['floods']) };
    case 'resync':
      return { type: 'resync' };
    default:
      return UNKNOWN;
  }
}

function decode(data: unknown): Json | null {
  if (typeof data !== 'string') return null;
  try {
    const raw: unknown = JSON.parse(data);
    return isJson(raw) ? raw : null;
  } catch {
    return null;
  }
}

function snapshot(raw: Json): ServerMessage | typeof MALFORMED {
  const seq = number(raw['seq']);
  const alarms = list(raw['alarms']).map(parseAlarm);
  if (seq === null || alarms.includes(null)) return MALFORMED;
  return {
    type: 'snapshot',
    seq,
    alarms: alarms.filter((alarm) => alarm !== null),
    points: frame(isJson(raw['points']) ? raw['points'] : {}),
    floods: floods(raw['floods']),
  };
}

function alarmEvent(raw: Json): ServerMessage | typeof MALFORMED {
  const seq = number(raw['seq']);
  const alarm = parseAlarm(raw['alarm']);
  if (seq === null || alarm === null) return MALFORMED;
  return { type: 'alarm', seq, event: text(raw['event']) ?? '', alarm };
}

function heartbeat(raw: Json): ServerMessage | typeof MALFORMED {
  const serverTime = instant(raw['server_time']);
  if (serverTime === null) return MALFORMED;
  return {
    type: 'heartbeat',
    heartbeat: {
      serverTime,
      engineAt: instant(raw['engine_at']),
      commitAt: instant(raw['commit_at']),
      degraded: list(raw['degraded']).filter((name) => typeof name === 'string'),
      brokerStore: brokerStore(raw['broker_store']),
      canaryAgeS: number(raw['canary_age_s']),
    },
  };
}

function brokerStore(raw: unknown): BrokerStore | null {
  const share = isJson(raw) ? number(raw['share']) : null;
  return !isJson(raw) || share === null ? null : { share, hoursLeft: number(raw['hours_left']) };
}

export function parseFlood(raw: unknown): Flood | null {
  if (!isJson(raw)) return null;
  return {
    enterprise: text(raw['enterprise']),
    since: instant(raw['since']) ?? 0,
    alarms: number(raw['alarms']) ?? 0,
    rate: number(raw['rate']) ?? 0,
  };
}

function floods(raw: unknown): Flood[] {
  return list(raw).map(parseFlood).filter((flood) => flood !== null);
}

function frame(raw: Json): ValueFrame {
  return {
    id: list(raw['id']).map((id) => number(id) ?? -1),
    t: list(raw['t']).map((t) => instant(t) ?? 0),
    v: list(raw['v']).map(scalar),
    q: list(raw['q']).map((q) => number(q) ?? 2),
  };
}
