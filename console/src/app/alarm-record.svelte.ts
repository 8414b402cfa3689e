import type { Alarm } from '../alarm/alarm';
import { parseAlarm } from '../alarm/parse';
import { items } from '../api/parse';
import type { QueryOf } from '../api/route';
import { session } from './session.svelte';

/** At most this often the record is read again while something happens. */
const AGAIN_MS = 2_000;
const NEWEST = 500;

/** Alarms from the database: closed ones too. Read again as events come, and not more often. */
export class AlarmRecord {
  alarms: readonly Alarm[] = $state.raw([]);
  loaded = $state(false);
  problem: unknown = $state.raw(null);

  private timer: ReturnType<typeof setTimeout> | undefined;
  private readAt = Number.NEGATIVE_INFINITY;
  private stopped = false;

  constructor(private readonly query: QueryOf<'/alarms', 'get'>) {}

  /** Something may have changed. */
  refresh(): void {
    if (this.timer !== undefined || this.stopped) return;
    const wait = Math.max(0, this.readAt + AGAIN_MS - performance.now());
    this.timer = setTimeout(() => void this.read(), wait);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async read(): Promise<void> {
    this.readAt = performance.now();
    try {
      const answer = await session.client.get('/alarms', { query: { ...this.query, limit: NEWEST } });
      this.alarms = items(answer, parseAlarm).sort((a, b) => b.raisedAt - a.raisedAt);
      this.loaded = true;
      this.problem = null;
    } catch (error) {
      this.problem = error;
    } finally {
      this.timer = undefined;
    }
  }
}
