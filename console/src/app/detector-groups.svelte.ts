import { isJson, items, text } from '../api/parse';
import { parseGroup, type DetectorGroup } from '../point/detector-group';
import { session } from './session.svelte';

const PAGE = 1_000;
/** Beyond these a group is shown by its code. */
const MOST = 10_000;

/** The registered groups of detectors: what their codes are called. */
class DetectorGroups {
  private byKey: ReadonlyMap<string, DetectorGroup> = $state.raw(new Map());

  /** Reads all of them, page by page. A failure keeps what is known. */
  async load(): Promise<void> {
    try {
      const found = await readAll();
      this.byKey = new Map(found.map((group) => [keyOf(group.enterprise, group.code), group]));
    } catch {
      // A name is a courtesy: the code stands for it, and the connection bar tells what is away.
    }
  }

  /** The group of this code; null while nobody knows it. */
  find(enterprise: string, code: string): DetectorGroup | null {
    return this.byKey.get(keyOf(enterprise, code)) ?? null;
  }

  clear(): void {
    this.byKey = new Map();
  }
}

function keyOf(enterprise: string, code: string): string {
  return `${enterprise}/${code}`;
}

async function readAll(): Promise<DetectorGroup[]> {
  const groups: DetectorGroup[] = [];
  let cursor: string | undefined;
  do {
    const page = await session.client.get('/groups', { query: { limit: PAGE, cursor } });
    groups.push(...items(page, parseGroup));
    cursor = (isJson(page) && text(page['next'])) || undefined;
  } while (cursor !== undefined && groups.length < MOST);
  return groups;
}

export const detectorGroups = new DetectorGroups();
