import { untrack } from 'svelte';
import { isJson, items, text } from '../api/parse';
import type { Asked, ListPath, PlacesOf, QueryOf } from '../api/route';
import { steady, type Row } from '../connection/steady';
import { clock } from './clock.svelte';
import { session } from './session.svelte';

const PAGE = 200;
/** The longest list that is shown; beyond it the reader is told to choose an enterprise. */
const MOST = 1_000;
/** Rows hold still for so long after the pointer or a key was last among them. */
const HOLD_MS = 3_000;

export interface Wanted<T, P extends ListPath> {
  readonly path: P;
  /** What stands in the braces of the path. */
  readonly places?: PlacesOf<P, 'get'>;
  readonly parse: (raw: unknown) => T | null;
  readonly keyOf: (item: T) => string;
  /** How often it is read again, ms. */
  readonly every: number;
  readonly page?: number;
}

/** What a list is narrowed by: how far it is read is the listing's own business. */
type Filter<P extends ListPath> = Partial<Omit<QueryOf<P, 'get'>, 'limit' | 'cursor'>>;

/** What a frame must know of a list, wherever its rows come from. */
export type Listed<T> = Pick<
  Listing<T, ListPath>,
  'rows' | 'loaded' | 'more' | 'problem' | 'readAt' | 'longest' | 'hold' | 'again' | 'lengthen'
>;

/** A list of the server's, read again every few seconds while it is on the screen. */
export class Listing<T, P extends ListPath> {
  rows: readonly Row<T>[] = $state.raw([]);
  loaded = $state(false);
  /** There is more of it than is shown. */
  more = $state(false);
  problem: unknown = $state.raw(null);
  /** When what is shown was read, by the server's clock; null: never. */
  readAt: number | null = $state(null);

  private query: Filter<P> = {};
  private pages = $state(1);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | null = null;
  private heldUntil = 0;

  constructor(private readonly wanted: Wanted<T, P>) {}

  /** Read with this query from now on; rows of another one are not shown meanwhile. */
  follow(query: Filter<P>): void {
    if (JSON.stringify(query) !== JSON.stringify(this.query)) {
      this.rows = [];
      this.loaded = false;
      this.problem = null;
      this.pages = 1;
      this.heldUntil = 0;
    }
    this.query = query;
    untrack(() => this.again());
  }

  stop(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
  }

  /** Read now. */
  again(): void {
    this.stop();
    this.asking = new AbortController();
    void this.read(this.asking.signal);
  }

  /** The pointer moves over the rows, or a key is pressed among them. */
  hold(): void {
    this.heldUntil = performance.now() + HOLD_MS;
  }

  get longest(): boolean {
    return this.pages * (this.wanted.page ?? PAGE) >= MOST;
  }

  lengthen(): void {
    this.pages += 1;
    this.heldUntil = 0;
    this.again();
  }

  private async read(signal: AbortSignal): Promise<void> {
    try {
      if (!document.hidden) await this.take(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.problem = error;
    }
    if (!signal.aborted) this.timer = setTimeout(() => this.again(), this.wanted.every);
  }

  private async take(signal: AbortSignal): Promise<void> {
    const found: T[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < this.pages; page += 1) {
      const limit = this.wanted.page ?? PAGE;
      const query = { ...this.query, limit, cursor };
      const asked = { path: this.wanted.places, query, signal };
      const answer = await session.client.get<P>(this.wanted.path, asked as unknown as Asked<P, 'get'>);
      found.push(...items(answer, this.wanted.parse));
      cursor = (isJson(answer) && text(answer['next'])) || undefined;
      if (cursor === undefined) break;
    }
    const held = performance.now() < this.heldUntil;
    this.rows = steady(this.rows, found, this.wanted.keyOf, held);
    this.more = cursor !== undefined;
    this.loaded = true;
    this.problem = null;
    this.readAt = clock.now;
  }
}
