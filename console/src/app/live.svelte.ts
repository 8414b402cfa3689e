import type { Alarm } from '../alarm/alarm';
import { countByGrade } from '../alarm/count';
import { firstOuts } from '../alarm/group';
import { countOff } from '../alarm/shelf';
import { silentOf } from '../alarm/silence';
import { isJson, text } from '../api/parse';
import { Problem } from '../api/problem';
import { locale } from '../i18n/locale.svelte';
import { Link, type Socket } from '../live/link';
import type { BrokerStore, LiveMessage } from '../live/message';
import { EMPTY, reduce, type LiveState } from '../live/reducer';
import { isBlind, judge, type Truth } from '../live/truth';
import { clock } from './clock.svelte';
import { grouping } from './grouping.svelte';
import { place } from './place.svelte';
import { session } from './session.svelte';

const WATCH_MS = 250;
/** The page was out of sight, or the computer asleep, for so long: take everything anew. */
const AWAY_MS = 5_000;

/** The live state of the park on this screen: one reactive reference, not one per point. */
class Live {
  state: LiveState = $state.raw(EMPTY);
  truth: Truth = $state.raw({ reasons: [], stale: false });
  /** Own clock at the newest message, epoch ms; 0 before the first. */
  heardAt = $state(0);
  /** As the newest heartbeat tells it. */
  brokerStore: BrokerStore | null = $state.raw(null);
  /** Own clock when the canary last came out of the chain, epoch ms; null while nobody says. */
  canaryAt: number | null = $state(null);

  // Parts of the state by themselves: a frame of values must not sort the list of alarms again.
  readonly alarms = $derived(this.state.alarms);
  readonly values = $derived(this.state.values);
  readonly slots = $derived(this.state.values.slots);
  readonly snapshots = $derived(this.state.snapshots);
  readonly floods = $derived(this.state.floods);
  readonly firstOuts = $derived(firstOuts(this.alarms.values()));
  readonly counts = $derived(countByGrade(this.alarms.values()));
  readonly off = $derived(countOff(this.alarms.values()));
  /** Gateways and enterprises of which nothing is heard. */
  readonly silent = $derived(silentOf(this.alarms.values()));
  /** A zero of these counts is unknown now, not nothing. */
  readonly blind = $derived(isBlind(this.truth.reasons));
  /** When the bar, or groups by themselves, last came, went or changed, by `performance.now()`: the page moved then. */
  movedAt = Number.NEGATIVE_INFINITY;

  private link: Link | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private watchedAt = { wall: 0, steady: 0 };
  private hiddenAt: number | null = null;

  start(): void {
    this.state = EMPTY;
    this.watchedAt = { wall: Date.now(), steady: performance.now() };
    this.link = new Link({
      ticket: readTicket,
      open: openSocket,
      now: () => performance.now(),
      chance: () => Math.random(),
      hidden: () => document.hidden,
      deliver: (messages) => this.take(messages),
    });
    this.link.start();
    this.timer = setInterval(() => this.watch(), WATCH_MS);
    document.addEventListener('visibilitychange', this.seen);
    window.addEventListener('online', this.online);
  }

  stop(): void {
    this.link?.stop();
    this.link = null;
    clearInterval(this.timer);
    document.removeEventListener('visibilitychange', this.seen);
    window.removeEventListener('online', this.online);
    this.state = EMPTY;
    grouping.reset();
    place.forget();
    this.truth = { reasons: [], stale: false };
    this.heardAt = 0;
    this.brokerStore = null;
    this.canaryAt = null;
  }

  /** Another token: the connection is made anew under it, what is shown stays meanwhile. */
  renew(): void {
    this.link?.resync();
  }

  /** The answer to an own action, applied as any other message. */
  answered(alarm: Alarm): void {
    this.state = reduce(this.state, [{ type: 'answered', alarm }]);
  }

  private take(messages: readonly LiveMessage[]): boolean {
    this.state = reduce(this.state, messages);
    this.heardAt = Date.now();
    const beat = messages.findLast((message) => message.type === 'heartbeat');
    if (beat) {
      clock.hear(beat.heartbeat.serverTime);
      this.brokerStore = beat.heartbeat.brokerStore ?? null;
      const ageS = beat.heartbeat.canaryAgeS ?? null;
      this.canaryAt = ageS === null ? null : Date.now() - ageS * 1000;
    }
    return this.state.phase !== 'gap';
  }

  private watch(): void {
    if (!this.link) return;
    if (this.slept() && !document.hidden) this.link.resync();
    this.link.watch();
    const truth = judge(this.link.evidence());
    const changed =
      truth.stale !== this.truth.stale || truth.reasons.join() !== this.truth.reasons.join();
    if (!changed) return;
    this.truth = truth;
    this.movedAt = performance.now();
  }

  /** This timer came far too late, or the wall clock jumped against the steady one. */
  private slept(): boolean {
    const wall = Date.now();
    const steady = performance.now();
    const late = steady - this.watchedAt.steady > AWAY_MS;
    const jumped = Math.abs(wall - this.watchedAt.wall - (steady - this.watchedAt.steady)) > AWAY_MS;
    this.watchedAt = { wall, steady };
    return late || jumped;
  }

  private readonly seen = (): void => {
    if (document.hidden) {
      this.hiddenAt = performance.now();
      return;
    }
    const away = this.hiddenAt === null ? 0 : performance.now() - this.hiddenAt;
    this.hiddenAt = null;
    if (away > AWAY_MS) this.link?.resync();
  };

  private readonly online = (): void => this.link?.resync();
}

async function readTicket(signal: AbortSignal): Promise<string> {
  const answer = await session.client.post('/live/ticket', { signal });
  const ticket = isJson(answer) ? text(answer['ticket']) : null;
  if (ticket === null) throw new Problem(502, '', '');
  return ticket;
}

function openSocket(ticket: string): Socket {
  const query = new URLSearchParams({ ticket, lang: locale.language });
  const url = new URL(`/api/v1/live?${query}`, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  return new WebSocket(url) as Socket;
}

export const live = new Live();
