import { isJson, items, text } from '../api/parse';
import { session } from '../app/session.svelte';
import type { Point } from '../point/point';
import { parseReading, type Reading } from '../point/reading';
import type { Period } from './span';

const PAGE = 1_000;
/** The server gives at most about 2,000 a series; beyond this something is wrong, not long. */
const MOST_PAGES = 20;

/** What a point read in this time, rolled up as far as the server finds right, oldest first. */
export async function readHistory(
  point: Point,
  over: Period,
  stop: AbortSignal,
): Promise<readonly Reading[]> {
  const path = { enterprise: point.enterprise, tag: point.tag };
  const query = {
    start: new Date(over.start).toISOString(),
    end: new Date(over.end).toISOString(),
    resolution: 'auto' as const,
    limit: PAGE,
  };
  const readings: Reading[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await session.client.get('/points/{enterprise}/{tag}/readings', {
      path,
      query: { ...query, cursor },
      signal: stop,
    });
    readings.push(...items(answer, parseReading));
    cursor = (isJson(answer) && text(answer['next'])) || undefined;
    if (cursor === undefined) break;
  }
  return readings.sort((a, b) => a.at - b.at);
}
