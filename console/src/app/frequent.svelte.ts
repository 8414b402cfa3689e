import type { Alarm } from '../alarm/alarm';
import { isJson, list, number, text } from '../api/parse';
import { clock } from './clock.svelte';
import { Polled } from './polled.svelte';

const AGAIN_MS = 60_000;
/** Rarer than that a day, it is no burden, though in a quiet park it be among the ten. */
const OFTEN = 3;
const DAY_MS = 86_400_000;

function parseNames(raw: unknown): ReadonlySet<string> | null {
  if (!isJson(raw)) return null;
  const often = list(raw['top_ten'])
    .filter(isJson)
    .filter((each) => (number(each['count']) ?? 0) >= OFTEN);
  return new Set(
    often.map((each) =>
      nameOf(text(each['enterprise']), text(each['tag']), text(each['condition'])),
    ),
  );
}

function nameOf(...parts: readonly (string | null)[]): string {
  return JSON.stringify(parts);
}

/** The ten alarms that came most often in the last 24 hours, as they are on record. */
class Frequent {
  private readonly names = new Polled<ReadonlySet<string>>(parseNames, AGAIN_MS);

  start(): void {
    const start = new Date(clock.now - DAY_MS).toISOString();
    this.names.follow('/statistics/alarms', { query: { start } });
  }

  stop(): void {
    this.names.stop();
  }

  has(alarm: Alarm): boolean {
    return this.names.value?.has(nameOf(alarm.enterprise, alarm.tag, alarm.condition)) ?? false;
  }
}

export const frequent = new Frequent();
