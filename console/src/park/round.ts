import type { ParkObject } from './object';

/** Where the wall looks for a while: the whole park or an enterprise, painted by grade or by risk. */
export interface Stop {
  readonly enterprise: string | null;
  readonly byRisk: boolean;
}

const WHOLE: Stop = { enterprise: null, byRisk: false };
const RISK: Stop = { enterprise: null, byRisk: true };

/**
 * The wall's round: the whole park, then each enterprise in which something stands or waits to be
 * acknowledged, the gravest first, with the whole park after every third; the risks of the park at
 * the end. What returned unacknowledged gives no grade, and is still to be attended (ISA-18.2).
 */
export function stopsOf(objects: readonly ParkObject[], waiting: ReadonlySet<string>): readonly Stop[] {
  const troubled = objects
    .filter((each) => each.layer === 'enterprise' && (each.grade !== null || waiting.has(each.code)))
    .sort((a, b) => (a.grade ?? 5) - (b.grade ?? 5) || (a.code < b.code ? -1 : 1));
  const visits = troubled.flatMap((each, index): Stop[] => {
    const visit = { enterprise: each.code, byRisk: false };
    return index % 3 === 2 && index < troubled.length - 1 ? [visit, WHOLE] : [visit];
  });
  return [WHOLE, ...visits, RISK];
}
