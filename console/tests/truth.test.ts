import { expect, test } from 'vitest';
import { isBlind, judge, type Evidence } from '../src/live/truth';

const T0 = 1_000_000;
const SERVER = Date.parse('2026-01-04T16:00:00Z');

/** A healthy screen at `now`: the last heartbeat 1 s ago, the engine half a second before it. */
function healthy(now: number, change: Partial<Evidence> = {}): Evidence {
  return {
    now,
    heardAt: now - 1_000,
    closedAt: null,
    heartbeat: {
      serverTime: SERVER,
      engineAt: SERVER - 500,
      commitAt: SERVER,
      degraded: [],
    },
    heartbeatAt: now - 1_000,
    engineMovedAt: now - 1_000,
    ...change,
  };
}

const reasons = (evidence: Evidence) => judge(evidence).reasons;

test('normal operation shows no bar, at the end of every gap between heartbeats', () => {
  for (let since = 0; since <= 2_400; since += 100) {
    const late = { heardAt: T0 - since, heartbeatAt: T0 - since, engineMovedAt: T0 - since };
    const beat = { serverTime: SERVER, engineAt: SERVER - 1_300, commitAt: null, degraded: [] };
    expect(reasons(healthy(T0, { ...late, heartbeat: beat }))).toEqual([]);
  }
});

test('a silent cut is said within 5 s, and not before a heartbeat could have come late', () => {
  const cut = (ms: number) =>
    healthy(T0, { heardAt: T0 - ms, heartbeatAt: T0 - ms, engineMovedAt: T0 - ms });
  expect(reasons(cut(3_700))).toEqual([]);
  expect(reasons(cut(3_900))).toEqual(['link']);
});

test('a silent cut never looks like a stopped engine on its way', () => {
  for (let ms = 0; ms < 20_000; ms += 100) {
    const at = { heardAt: T0 - ms, heartbeatAt: T0 - ms, engineMovedAt: T0 - ms };
    const beat = { serverTime: SERVER, engineAt: SERVER - 1_000, commitAt: null, degraded: [] };
    expect(reasons(healthy(T0, { ...at, heartbeat: beat }))).not.toContain('engine');
  }
});

test('the page greys within 15 s of a lost feed', () => {
  const cut = healthy(T0, { heardAt: T0 - 10_500, heartbeatAt: T0 - 10_500 });
  expect(judge(cut).stale).toBe(true);
  expect(judge(healthy(T0)).stale).toBe(false);
});

test('a cut that was reported is said at once', () => {
  expect(reasons(healthy(T0, { closedAt: T0 - 500 }))).toEqual(['link']);
});

test('values without heartbeats are no sign of life', () => {
  const evidence = healthy(T0, { heardAt: T0 - 100, heartbeatAt: T0 - 6_600 });
  expect(reasons(evidence)).toEqual(['link']);
});

/** Plays an engine that stops at 0, with heartbeats every 2 s from `phase` on, seen to the ms. */
function firstSaid(phase: number): number {
  let heartbeatAt = phase - 2_000;
  let engineMovedAt = heartbeatAt;
  let engineAt = heartbeatAt - 300;
  for (let now = 0; now < 10_000; now += 50) {
    if (now - heartbeatAt >= 2_000) {
      heartbeatAt = now;
      const newest = Math.min(now, 0) - 300;
      if (newest !== engineAt) engineMovedAt = now;
      engineAt = newest;
    }
    const heartbeat = {
      serverTime: SERVER + heartbeatAt,
      engineAt: SERVER + engineAt,
      commitAt: null,
      degraded: [],
    };
    const evidence = { now, heardAt: heartbeatAt, closedAt: null, heartbeat, heartbeatAt };
    if (reasons({ ...evidence, engineMovedAt }).includes('engine')) return now;
  }
  return Number.POSITIVE_INFINITY;
}

test.each([0, 300, 700, 1_100, 1_500, 1_900])(
  'a stopped engine is said within 5 s (first heartbeat after %i ms)',
  (phase) => expect(firstSaid(phase)).toBeLessThanOrEqual(4_750),
);

test('an engine on a machine with another clock is alive as long as it moves', () => {
  const behind = healthy(T0, {
    heartbeat: { serverTime: SERVER, engineAt: SERVER - 60_000, commitAt: null, degraded: [] },
  });
  expect(reasons(behind)).toEqual([]);
});

test('an engine ahead of the server that stands still is said, too', () => {
  const ahead = healthy(T0, {
    engineMovedAt: T0 - 6_500,
    heartbeat: { serverTime: SERVER, engineAt: SERVER + 60_000, commitAt: null, degraded: [] },
  });
  expect(reasons(ahead)).toEqual(['engine']);
});

test('an engine that never was heard is not there', () => {
  const none = { serverTime: SERVER, engineAt: null, commitAt: null, degraded: [] };
  expect(reasons(healthy(T0, { heartbeat: none }))).toEqual(['engine']);
});

test('each dead part has its own reason, the worst first', () => {
  const degraded = ['database', 'broker', 'something new'];
  const beat = { serverTime: SERVER, engineAt: SERVER, commitAt: null, degraded };
  expect(reasons(healthy(T0, { heartbeat: beat }))).toEqual(['broker', 'database']);
});

test('with the broker away nobody is heard: who else stopped is not claimed', () => {
  const degraded = ['broker', 'engine', 'ingest', 'database'];
  const beat = { serverTime: SERVER, engineAt: SERVER - 60_000, commitAt: null, degraded, canaryAgeS: 60 };
  expect(reasons(healthy(T0, { heartbeat: beat }))).toEqual(['broker', 'database']);
});

test('a canary that does not come out is said, where no part is known to be at fault', () => {
  const beat = (canaryAgeS: number | null, degraded: string[] = []) =>
    reasons(
      healthy(T0, {
        heartbeat: { serverTime: SERVER, engineAt: SERVER - 500, commitAt: null, degraded, canaryAgeS },
      }),
    );
  expect(beat(null)).toEqual([]);
  expect(beat(10)).toEqual([]);
  expect(beat(30)).toEqual([]);
  expect(beat(30.1)).toEqual(['canary']);
  expect(beat(31, ['ingest', 'database'])).toEqual(['canary', 'ingest', 'database']);
  expect(beat(31, ['engine'])).toEqual(['engine']);
});

test('short room in the database is said, and alarms are live all the same', () => {
  const beat = {
    serverTime: SERVER, engineAt: SERVER - 500, commitAt: SERVER, degraded: ['database_store'],
  };
  expect(judge(healthy(T0, { heartbeat: beat }))).toEqual({
    reasons: ['database_store'], stale: false,
  });
});

test('a zero is unknown while nobody looks, and a zero while only the record is away', () => {
  for (const reason of ['link', 'broker', 'engine', 'canary'] as const) expect(isBlind([reason])).toBe(true);
  expect(isBlind([])).toBe(false);
  expect(isBlind(['database', 'ingest', 'broker_store', 'database_store'])).toBe(false);
});
