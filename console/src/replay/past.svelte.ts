import { isJson, items, text } from '../api/parse';
import { session } from '../app/session.svelte';
import type { Point } from '../point/point';
import type { Period } from '../trends/span';
import { historyOf, parseSample, type History, type Sample } from './history';
import { parseHappening, type Happening } from './happening';
import { livesOf, type Life } from './life';

const PAGE = 1_000;
/** Of one point at once a second these are more than four hours. */
const MOST_READINGS = 16;
/** So many things in a day are a flood without end; the rest is said to be missing. */
const MOST_HAPPENINGS = 30;
/** The value that stood at the beginning was measured before it. */
const BEFORE_MS = 120_000;

/** What is on record of a stretch of time. */
export class Past {
  happenings: readonly Happening[] = $state.raw([]);
  lives: readonly Life[] = $state.raw([]);
  histories: ReadonlyMap<number, History> = $state.raw(new Map());
  loading = $state(false);
  /** Not all of it could be read: there is too much. */
  cut = $state(false);
  problem: unknown = $state.raw(null);

  private asking: AbortController | null = null;

  /** What happened to the alarms of this time; true once it is there. */
  async read(over: Period, enterprise: string, language: string): Promise<boolean> {
    const { signal } = this.begin();
    try {
      const query = { since: iso(over.start), until: iso(over.end), lang: language, limit: PAGE };
      const asked = { ...query, enterprise: enterprise || undefined };
      const journal: Ask = (cursor) => session.client.get('/journal', { query: { ...asked, cursor }, signal });
      const found = await pages(journal, MOST_HAPPENINGS, parseHappening);
      this.happenings = found.read;
      this.lives = livesOf(found.read);
      this.histories = new Map();
      this.cut = found.more;
      this.problem = null;
      return true;
    } catch (error) {
      if (!signal.aborted) this.problem = error;
      return false;
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  /** What these points read, one after the other; what is there already is kept. */
  async readPoints(points: readonly Point[], over: Period): Promise<void> {
    const signal = this.asking?.signal;
    for (const point of points) {
      if (signal?.aborted !== false || this.histories.has(point.id)) continue;
      try {
        const samples = await readSamples(point, over, signal);
        if (!signal.aborted) this.histories = new Map(this.histories).set(point.id, historyOf(samples));
      } catch (error) {
        if (!signal.aborted) this.problem = error;
        return;
      }
    }
  }

  stop(): void {
    this.asking?.abort();
    this.asking = null;
  }

  private begin(): AbortController {
    this.stop();
    this.loading = true;
    this.asking = new AbortController();
    return this.asking;
  }
}

/** The readings themselves; where they are not kept any more what is rolled up of them. */
async function readSamples(point: Point, over: Period, stop: AbortSignal): Promise<Sample[]> {
  const path = { enterprise: point.enterprise, tag: point.tag };
  const span = { start: iso(over.start - BEFORE_MS), end: iso(over.end), limit: PAGE };
  const readings =
    (resolution: 'raw' | 'auto'): Ask =>
    (cursor) =>
      session.client.get('/points/{enterprise}/{tag}/readings', {
        path,
        query: { ...span, resolution, cursor },
        signal: stop,
      });
  const raw = await pages(readings('raw'), MOST_READINGS, parseSample);
  if (raw.read.length > 0) return raw.read;
  return (await pages(readings('auto'), 2, parseSample)).read;
}

/** Asks for the page that a cursor leads to. */
type Ask = (cursor: string | undefined) => Promise<unknown>;

async function pages<T>(
  ask: Ask,
  most: number,
  parse: (raw: unknown) => T | null,
): Promise<{ read: T[]; more: boolean }> {
  const read: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < most; page += 1) {
    const answer = await ask(cursor);
    read.push(...items(answer, parse));
    cursor = (isJson(answer) && text(answer['next'])) || undefined;
    if (cursor === undefined) break;
  }
  return { read, more: cursor !== undefined };
}

function iso(moment: number): string {
  return new Date(moment).toISOString();
}
