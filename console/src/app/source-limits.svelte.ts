import { isJson, items, text } from '../api/parse';
import type { Tick } from '../mimic/gauge';
import { parseRule, type Rule } from '../point/rule';
import { session } from './session.svelte';

const AGAIN_MS = 30_000;
const PAGE = 1_000;
/** An enterprise with more rules than that shows what was read of them. */
const MOST_PAGES = 10;
const NONE: readonly Tick[] = [];

/** The limits in force of an enterprise's points, read again now and then. */
export class SourceLimits {
  problem: unknown = $state.raw(null);
  private byTag: ReadonlyMap<string, readonly Tick[]> = $state.raw(new Map());
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | null = null;

  follow(enterprise: string): void {
    this.stop();
    this.byTag = new Map();
    this.asking = new AbortController();
    void this.read(enterprise, this.asking.signal);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
  }

  ofTag(tag: string): readonly Tick[] {
    return this.byTag.get(tag) ?? NONE;
  }

  private async read(enterprise: string, signal: AbortSignal): Promise<void> {
    try {
      const rules = await readRules(enterprise, signal);
      this.byTag = byTag(rules);
      this.problem = null;
    } catch (error) {
      if (signal.aborted) return;
      this.problem = error;
    }
    if (!signal.aborted) this.timer = setTimeout(() => void this.read(enterprise, signal), AGAIN_MS);
  }
}

function byTag(rules: readonly Rule[]): Map<string, Rule[]> {
  const found = new Map<string, Rule[]>();
  for (const rule of rules) {
    const of = found.get(rule.tag);
    if (of) of.push(rule);
    else found.set(rule.tag, [rule]);
  }
  return found;
}

async function readRules(enterprise: string, signal: AbortSignal): Promise<Rule[]> {
  const rules: Rule[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await session.client.get('/rules', { query: { enterprise, limit: PAGE, cursor }, signal });
    rules.push(...items(answer, parseRule));
    cursor = (isJson(answer) && text(answer['next'])) || undefined;
    if (cursor === undefined) break;
  }
  return rules;
}
