import type { Heartbeat } from './message';

/**
 * What is wrong with what the operator sees. Worst first; each has its own sentence on the bar.
 * `link`: nothing is heard from the server. `engine`: nobody judges. `broker`: no readings arrive.
 * `canary`: each part says that it works, but no alarm came out of the chain for half a minute.
 * `ingest`: readings are not stored. `database`: alarms are live, but not recorded yet.
 * `broker_store`: all works, but the broker's store runs full. `database_store`: the database's.
 */
export const REASONS = [
  'link',
  'broker',
  'engine',
  'canary',
  'ingest',
  'database',
  'broker_store',
  'database_store',
] as const;
export type Reason = (typeof REASONS)[number];

/** All instants are of the browser's monotonic clock, in ms, except those inside the heartbeat. */
export interface Evidence {
  readonly now: number;
  /** The newest message of any kind; before the first one, the moment of the first try. */
  readonly heardAt: number;
  /** When the connection was seen to close; null while it stands. */
  readonly closedAt: number | null;
  /** The newest heartbeat of this connection. */
  readonly heartbeat: Heartbeat | null;
  /** When it came; before the first one, when the connection was opened. */
  readonly heartbeatAt: number;
  /** When a heartbeat last brought another `engine_at` than the one before. */
  readonly engineMovedAt: number;
}

/** With these away alarms are still judged and come here. */
const SEEING: readonly Reason[] = ['database', 'ingest', 'broker_store', 'database_store'];

/** Nobody may read "none" where nobody looks: with the feed or the judge away a zero is unknown. */
export function isBlind(reasons: readonly Reason[]): boolean {
  return reasons.some((reason) => !SEEING.includes(reason));
}

export interface Truth {
  readonly reasons: readonly Reason[];
  /** The feed is lost for so long that no number on the page may be read as current. */
  readonly stale: boolean;
}

const HEARTBEAT_MS = 2_000;
/** The server speaks at least every 2 s; the bar must stand within 5 s of a silent cut. */
export const SILENT_MS = 3_800;
/** A cut that was noticed needs no waiting: only so long that a swift reconnect does not flash. */
export const CLOSED_MS = 400;
export const STALE_MS = 10_000;
/** The canary comes every 10 s: two that fail may be a restart, a third is a chain that is dead. */
export const CANARY_DEAD_S = 30;
/** Engine status is at most 1 s old in a heartbeat, a heartbeat at most 2 s: 3 s is normal. */
export const ENGINE_OLD_MS = 4_300;
const ENGINE_STILL_MS = 2_200;
/** For an engine whose clock runs ahead of the server's, age says nothing: only movement does. */
const ENGINE_DEAD_STILL_MS = 6_000;
/** A missing heartbeat is the link's fault: do not let it age the engine much. */
const LONGEST_BETWEEN_HEARTBEATS_MS = 2_500;

export function judge(evidence: Evidence): Truth {
  const silent = silentFor(evidence);
  const closed = evidence.closedAt === null ? 0 : evidence.now - evidence.closedAt;
  if (silent > SILENT_MS || closed > CLOSED_MS) {
    return { reasons: ['link'], stale: Math.max(silent, closed) > STALE_MS };
  }
  const { heartbeat } = evidence;
  if (heartbeat === null) return { reasons: [], stale: false };
  const engineDown = heartbeat.degraded.includes('engine') || engineStopped(evidence, heartbeat);
  const canaryDead = (heartbeat.canaryAgeS ?? 0) > CANARY_DEAD_S;
  const found = REASONS.filter((reason) => {
    if (reason === 'engine') return engineDown;
    return reason === 'canary' ? canaryDead : heartbeat.degraded.includes(reason);
  });
  return { reasons: found.filter((reason) => !explained(reason, found)), stale: false };
}

/**
 * Where the part at fault is known, that the whole does not work is no news. With the broker away
 * nobody is heard: that engine or ingest have stopped is what nobody knows then.
 */
function explained(reason: Reason, found: readonly Reason[]): boolean {
  if (found.includes('broker')) return reason === 'engine' || reason === 'ingest' || reason === 'canary';
  return reason === 'canary' && found.includes('engine');
}

/** Values that flow without heartbeats are no sign of life either: nobody vouches for the engine. */
function silentFor(evidence: Evidence): number {
  const withoutHeartbeat = evidence.now - evidence.heartbeatAt - HEARTBEAT_MS;
  return Math.max(evidence.now - evidence.heardAt, withoutHeartbeat);
}

function engineStopped(evidence: Evidence, heartbeat: Heartbeat): boolean {
  if (heartbeat.engineAt === null) return true;
  const since = Math.min(evidence.now - evidence.heartbeatAt, LONGEST_BETWEEN_HEARTBEATS_MS);
  const age = heartbeat.serverTime - heartbeat.engineAt + since;
  const still = evidence.now - evidence.engineMovedAt;
  return (age > ENGINE_OLD_MS && still > ENGINE_STILL_MS) || still > ENGINE_DEAD_STILL_MS;
}
