import { backoffMs } from './backoff';
import { MALFORMED, parseMessage, UNKNOWN, type Heartbeat, type LiveMessage } from './message';
import type { Evidence } from './truth';

/** What the link needs of a WebSocket. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  close(): void;
}

/** The outside of the link; the browser's in `app/`, a fake's in the tests. */
export interface LinkPorts {
  /** A single-use ticket; rejects when there is none to be had. */
  ticket(signal: AbortSignal): Promise<string>;
  open(ticket: string): Socket;
  /** Monotonic milliseconds. */
  now(): number;
  chance(): number;
  /** Is the page out of sight (then timers are slow, and alarms must not wait for them)? */
  hidden(): boolean;
  /** Takes messages in their order; answers whether they fitted (false: an event was missing). */
  deliver(messages: readonly LiveMessage[]): boolean;
}

/** Nothing for so long: the connection is dead although nobody said so. */
const DEAD_MS = 6_000;
/** A connection that has not brought its snapshot by then is given up. */
const SNAPSHOT_MS = 8_000;
/** Messages are handed on together, at most this much later. */
const BATCH_MS = 30;
/** No more than these wait for the batch; then it is handed on at once. */
const BATCH_MAX = 2_000;

/**
 * Keeps one live connection: ticket, socket, snapshot, events; on any doubt it closes and starts
 * again, because a fresh snapshot is cheap and a wrong screen is not.
 */
export class Link {
  private socket: Socket | null = null;
  private tries = 0;
  private generation = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private batchTimer: ReturnType<typeof setTimeout> | undefined;
  private batch: LiveMessage[] = [];
  private asking: AbortController | null = null;
  private startedAt = 0;
  private snapshotHeard = false;
  private heardAt = 0;
  private closedAt: number | null = null;
  private heartbeat: Heartbeat | null = null;
  private heartbeatAt = 0;
  private engineMovedAt = 0;

  constructor(private readonly ports: LinkPorts) {}

  start(): void {
    const now = this.ports.now();
    this.heardAt = now;
    this.heartbeatAt = now;
    void this.connect();
  }

  stop(): void {
    this.drop();
    clearTimeout(this.retryTimer);
  }

  /** Everything anew: after sleep, after the page was out of sight, after a gap. */
  resync(): void {
    this.tries = 0;
    this.drop();
    clearTimeout(this.retryTimer);
    void this.connect();
  }

  /** To be called a few times a second: notices a cut that nobody reported. */
  watch(): void {
    if (this.socket === null) return;
    const now = this.ports.now();
    const silent = now - this.heardAt > DEAD_MS && now - this.startedAt > DEAD_MS;
    const noSnapshot = !this.snapshotHeard && now - this.startedAt > SNAPSHOT_MS;
    if (silent || noSnapshot) this.lost();
  }

  evidence(): Evidence {
    return {
      now: this.ports.now(),
      heardAt: this.heardAt,
      closedAt: this.closedAt,
      heartbeat: this.heartbeat,
      heartbeatAt: this.heartbeatAt,
      engineMovedAt: this.engineMovedAt,
    };
  }

  private async connect(): Promise<void> {
    const generation = ++this.generation;
    const asking = new AbortController();
    this.asking = asking;
    const limit = setTimeout(() => asking.abort(), DEAD_MS);
    try {
      const ticket = await this.ports.ticket(asking.signal);
      if (generation === this.generation) this.attach(this.ports.open(ticket), generation);
    } catch {
      // No ticket (server away, refused, or too slow): the bar says so, and we try again.
      if (generation === this.generation) this.lost();
    } finally {
      clearTimeout(limit);
    }
  }

  private attach(socket: Socket, generation: number): void {
    this.socket = socket;
    this.startedAt = this.ports.now();
    this.snapshotHeard = false;
    const current = (): boolean => generation === this.generation;
    socket.onopen = () => {
      if (current()) this.opened();
    };
    socket.onmessage = (event) => {
      if (current()) this.heard(event.data);
    };
    socket.onclose = () => {
      if (current()) this.lost();
    };
  }

  private opened(): void {
    this.heartbeat = null;
    this.take({ type: 'opened' });
  }

  private heard(data: unknown): void {
    const message = parseMessage(data);
    if (message === MALFORMED) {
      this.lost();
      return;
    }
    this.heardAt = this.ports.now();
    if (message === UNKNOWN) return;
    if (message.type === 'heartbeat') this.beat(message.heartbeat);
    if (message.type === 'snapshot') this.standing();
    this.take(message);
  }

  private standing(): void {
    this.snapshotHeard = true;
    this.closedAt = null;
    this.tries = 0;
    if (this.heartbeat === null) this.heartbeatAt = this.heardAt;
  }

  private beat(heartbeat: Heartbeat): void {
    const first = this.heartbeat === null;
    if (first || heartbeat.engineAt !== this.heartbeat?.engineAt) this.engineMovedAt = this.heardAt;
    this.heartbeat = heartbeat;
    this.heartbeatAt = this.heardAt;
  }

  private take(message: LiveMessage): void {
    this.batch.push(message);
    if (this.ports.hidden() || this.batch.length >= BATCH_MAX) this.flush();
    else this.batchTimer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  private flush(): void {
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    const batch = this.batch;
    this.batch = [];
    if (batch.length > 0 && !this.ports.deliver(batch)) this.resync();
  }

  private lost(): void {
    this.flushQuietly();
    this.drop();
    this.closedAt ??= this.ports.now();
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(
      () => void this.connect(),
      backoffMs(this.tries++, this.ports.chance()),
    );
  }

  /** What was heard before the end is still true, whatever comes next. */
  private flushQuietly(): void {
    const batch = this.batch;
    this.batch = [];
    if (batch.length > 0) this.ports.deliver(batch);
  }

  private drop(): void {
    this.generation++;
    this.asking?.abort();
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    this.batch = [];
    this.snapshotHeard = false;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
