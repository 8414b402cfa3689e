import { instant, isJson, number, scalar, text } from '../api/parse';
import type { Quality, Value } from '../live/values';

/** A reading with both of its times; `receivedAt` null: rolled up, when it came is not kept. */
export interface Sample {
  readonly measuredAt: number;
  readonly receivedAt: number | null;
  readonly value: Value;
  readonly quality: Quality;
}

export function parseSample(raw: unknown): Sample | null {
  if (!isJson(raw)) return null;
  const measuredAt = instant(raw['measured_at']);
  if (measuredAt === null) return null;
  const quality = text(raw['quality']);
  return {
    measuredAt,
    receivedAt: instant(raw['received_at']),
    value: scalar(raw['value']) ?? number(raw['mean']) ?? scalar(raw['last']),
    quality: quality === 'good' ? 0 : quality === 'uncertain' ? 1 : 2,
  };
}

/** A point's readings, in the order in which they were true and in that in which they were shown. */
export interface History {
  readonly measured: readonly Sample[];
  /** Only those that became the newest value of the point. */
  readonly shown: readonly Sample[];
}

export function historyOf(samples: readonly Sample[]): History {
  const measured = [...samples].sort((a, b) => a.measuredAt - b.measuredAt);
  const arrived = samples
    .filter((each) => each.receivedAt !== null)
    .sort((a, b) => received(a) - received(b) || a.measuredAt - b.measuredAt);
  let newest = Number.NEGATIVE_INFINITY;
  const shown = arrived.filter((each) => {
    // As the engine has it: judged at the earlier of both times, and what is older changes nothing.
    const judged = Math.min(each.measuredAt, received(each));
    if (judged < newest) return false;
    newest = judged;
    return true;
  });
  return { measured, shown };
}

/** What the point read at a moment; null: nothing before it is in this time. */
export function trueValue(history: History, moment: number): Sample | null {
  return lastUpTo(history.measured, (each) => each.measuredAt, moment);
}

/** What the consoles showed as its newest value at a moment. */
export function shownValue(history: History, moment: number): Sample | null {
  return lastUpTo(history.shown, received, moment);
}

function received(sample: Sample): number {
  return sample.receivedAt ?? Number.POSITIVE_INFINITY;
}

function lastUpTo(
  samples: readonly Sample[],
  timeOf: (sample: Sample) => number,
  moment: number,
): Sample | null {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(samples[middle] as Sample) <= moment) low = middle + 1;
    else high = middle;
  }
  return samples[low - 1] ?? null;
}
