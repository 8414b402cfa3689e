import { behindGateways, type Behind } from '../alarm/narrowing';
import { isJson, items, text } from '../api/parse';
import { parsePoint, type Point } from '../point/point';
import { session } from './session.svelte';

const PAGE = 1_000;
/** A park of this size fits a page of the console; beyond it the list says that it is cut. */
const MOST_POINTS = 50_000;
/** New points are asked for at most this often. */
const AGAIN_MS = 10_000;

/** The registered points: what the numbers of the live feed belong to. */
class Catalogue {
  points: readonly Point[] = $state.raw([]);
  byId: ReadonlyMap<number, Point> = $derived(
    new Map(this.points.map((point) => [point.id, point])),
  );
  /** By `enterprise/tag`. */
  byTag: ReadonlyMap<string, Point> = $derived(
    new Map(this.points.map((point) => [`${point.enterprise}/${point.tag}`, point])),
  );
  readonly behind: Behind = $derived(behindGateways(this.points));
  loaded = $state(false);
  problem: unknown = $state.raw(null);

  private loading = false;
  private loadedAt = Number.NEGATIVE_INFINITY;

  /** Reads all points, page by page. A failure keeps what is known and says why. */
  async load(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    try {
      this.points = await readAll();
      this.loaded = true;
      this.problem = null;
    } catch (error) {
      this.problem = error;
    } finally {
      this.loading = false;
      this.loadedAt = performance.now();
    }
  }

  /** The feed named a point that is not known here: somebody registered it meanwhile. */
  missed(): void {
    if (performance.now() - this.loadedAt > AGAIN_MS) void this.load();
  }

  clear(): void {
    this.points = [];
    this.loaded = false;
    this.problem = null;
    this.loadedAt = Number.NEGATIVE_INFINITY;
  }
}

async function readAll(): Promise<Point[]> {
  const points: Point[] = [];
  let cursor: string | undefined;
  do {
    const page = await session.client.get('/points', { query: { limit: PAGE, cursor } });
    points.push(...items(page, parsePoint));
    cursor = (isJson(page) && text(page['next'])) || undefined;
  } while (cursor !== undefined && points.length < MOST_POINTS);
  return points;
}

export const catalogue = new Catalogue();
