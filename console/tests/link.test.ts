import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backoffMs } from '../src/live/backoff';
import { Link, type LinkPorts, type Socket } from '../src/live/link';
import type { LiveMessage } from '../src/live/message';
import { EMPTY, reduce } from '../src/live/reducer';
import { judge } from '../src/live/truth';

/** The other end of the wire. */
class Wire implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  close(): void {
    this.closed = true;
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  greet(seq = 0, alarms: unknown[] = []): void {
    this.onopen?.();
    this.say({ type: 'snapshot', seq, alarms, points: {} });
    this.beat();
  }
  beat(): void {
    const now = new Date().toISOString();
    this.say({ type: 'heartbeat', server_time: now, engine_at: now, commit_at: now, degraded: [] });
  }
}

let wires: Wire[];
let state = EMPTY;
let hidden = false;
let refuseTickets = false;
let hangTickets = false;
let link: Link;

const ports: LinkPorts = {
  ticket: (signal) => {
    if (refuseTickets) return Promise.reject(new Error('503'));
    if (!hangTickets) return Promise.resolve('t');
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
  },
  open: () => {
    const wire = new Wire();
    wires.push(wire);
    return wire;
  },
  now: () => performance.now(),
  chance: () => 0.5,
  hidden: () => hidden,
  deliver: (messages: readonly LiveMessage[]) => {
    state = reduce(state, messages);
    return state.phase !== 'gap';
  },
};

const wire = (): Wire => {
  const last = wires.at(-1);
  if (!last) throw new Error('nothing was opened');
  return last;
};

/** Time passes; the link's watch is called as the page calls it. */
async function pass(ms: number, beating = false): Promise<void> {
  for (let gone = 0; gone < ms; gone += 250) {
    await vi.advanceTimersByTimeAsync(250);
    if (beating && gone % 2_000 === 0) wire().beat();
    link.watch();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  wires = [];
  state = EMPTY;
  hidden = refuseTickets = hangTickets = false;
  link = new Link(ports);
});

afterEach(() => {
  link.stop();
  vi.useRealTimers();
});

async function connected(): Promise<void> {
  link.start();
  await vi.advanceTimersByTimeAsync(0);
  wire().greet(5);
  await pass(250);
}

const said = () => judge(link.evidence()).reasons;

test('ten minutes of normal operation: one connection, no bar', async () => {
  await connected();
  for (let i = 0; i < 300; i++) {
    await pass(2_000, true);
    expect(said()).toEqual([]);
  }
  expect(wires.length).toBe(1);
});

test('a silent cut is said within 5 s, and another connection is made', async () => {
  await connected();
  await pass(4_500);
  expect(said()).toEqual(['link']);
  await pass(2_500);
  expect(wires[0]?.closed).toBe(true);
  expect(wires.length).toBe(2);
  expect(said()).toEqual(['link']);
  wire().greet(1);
  await pass(250);
  expect(said()).toEqual([]);
  expect(state.seq).toBe(1);
});

test('a missing event closes the connection and takes a fresh snapshot', async () => {
  await connected();
  wire().say({ type: 'alarm', seq: 7, event: 'raised', alarm: { id: 'late', grade: 1 } });
  await pass(250);
  expect(wires[0]?.closed).toBe(true);
  expect(wires.length).toBe(2);
  wire().greet(7, [{ id: 'missed', grade: 1 }, { id: 'late', grade: 1 }]);
  await pass(250);
  expect([...state.alarms.keys()]).toEqual(['missed', 'late']);
  expect(state.phase).toBe('live');
});

test('what an old connection still says is not heard', async () => {
  await connected();
  const old = wire();
  link.resync();
  await pass(250);
  old.say({ type: 'snapshot', seq: 99, alarms: [{ id: 'ghost', grade: 1 }], points: {} });
  old.onclose?.();
  wire().greet(2);
  await pass(250);
  expect(state.seq).toBe(2);
  expect(state.alarms.size).toBe(0);
  expect(wires.length).toBe(2);
});

test('a message that cannot be read is no reason to go on', async () => {
  await connected();
  wire().onmessage?.({ data: '{"type":"alarm","seq":6,"alarm":{}}' });
  await pass(1_000);
  expect(wires[0]?.closed).toBe(true);
  expect(wires.length).toBe(2);
});

test('no ticket: said, tried again with growing waits, healed', async () => {
  refuseTickets = true;
  link.start();
  await pass(1_000);
  expect(said()).toEqual(['link']);
  await pass(30_000);
  expect(wires.length).toBe(0);
  refuseTickets = false;
  await pass(4_500);
  wire().greet();
  await pass(250);
  expect(said()).toEqual([]);
});

test('a server that takes the request and never answers does not hold us', async () => {
  hangTickets = true;
  link.start();
  await pass(5_000);
  expect(said()).toEqual(['link']);
  hangTickets = false;
  await pass(2_000);
  expect(wires.length).toBe(1);
});

test('a connection without a snapshot is given up', async () => {
  link.start();
  await vi.advanceTimersByTimeAsync(0);
  wire().onopen?.();
  await pass(10_000, true);
  expect(wires[0]?.closed).toBe(true);
});

test('an alarm does not wait for a timer of a page out of sight', async () => {
  await connected();
  hidden = true;
  wire().say({ type: 'alarm', seq: 6, event: 'raised', alarm: { id: 'now', grade: 1 } });
  expect(state.alarms.has('now')).toBe(true);
});

test('what was heard before the cut is still shown', async () => {
  await connected();
  wire().say({ type: 'alarm', seq: 6, event: 'raised', alarm: { id: 'last', grade: 1 } });
  wire().onclose?.();
  expect(state.alarms.has('last')).toBe(true);
});

test('stopped is stopped', async () => {
  await connected();
  link.stop();
  await pass(20_000);
  expect(wires.length).toBe(1);
  expect(wires[0]?.closed).toBe(true);
});

test('back-off grows to 4 s and is never without chance', () => {
  expect(backoffMs(0, 0)).toBe(125);
  expect(backoffMs(0, 0.999)).toBeLessThan(250);
  expect(backoffMs(3, 0.5)).toBe(1_500);
  expect(backoffMs(50, 0.999)).toBeLessThanOrEqual(4_000);
});
