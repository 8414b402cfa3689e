import { instant, isJson, list, number, text } from '../api/parse';

/** What can become of a reading, in the order in which the ledger is read. */
export const FATES = [
  'stored',
  'duplicates',
  'dead_letters',
  'waiting',
  'apart',
  'not_kept',
  'in_flight',
] as const;
export type Fate = (typeof FATES)[number];

/** A UTC day of a gateway: `received` is the sum of all fates. */
export interface LedgerDay {
  readonly day: string;
  readonly messages: number;
  readonly received: number;
  readonly fates: Readonly<Record<Fate, number>>;
}

/** One start of the gateway: `missing` messages in `holes` below the highest number. */
export interface Boot {
  readonly boot: string;
  readonly firstSeq: number;
  readonly highestSeq: number;
  readonly holes: number;
  readonly missing: number;
  readonly repeats: number;
  readonly heardAt: number | null;
}

export interface Ledger {
  readonly days: readonly LedgerDay[];
  readonly boots: readonly Boot[];
}

export function parseLedger(raw: unknown): Ledger | null {
  if (!isJson(raw)) return null;
  return { days: list(raw['days']).flatMap(parseDay), boots: list(raw['boots']).flatMap(parseBoot) };
}

function parseDay(raw: unknown): LedgerDay[] {
  if (!isJson(raw)) return [];
  const day = text(raw['day']);
  if (day === null) return [];
  const count = (name: string): number => number(raw[name]) ?? 0;
  const fates = Object.fromEntries(FATES.map((fate) => [fate, count(fate)]));
  return [
    {
      day,
      messages: count('messages'),
      received: count('received'),
      fates: fates as Record<Fate, number>,
    },
  ];
}

function parseBoot(raw: unknown): Boot[] {
  if (!isJson(raw)) return [];
  const count = (name: string): number => number(raw[name]) ?? 0;
  return [
    {
      boot: text(raw['boot']) ?? '',
      firstSeq: count('first_seq'),
      highestSeq: count('highest_seq'),
      holes: count('holes'),
      missing: count('missing'),
      repeats: count('repeats'),
      heardAt: instant(raw['heard_at']),
    },
  ];
}

/** What the fates do not account for; 0 where the ledger adds up. */
export function unaccounted(day: LedgerDay): number {
  return day.received - FATES.reduce((sum, fate) => sum + day.fates[fate], 0);
}

/** The day that counts now, by UTC as the ledger has it; of nothing received, a day of noughts. */
export function today(ledger: Ledger, now: number): LedgerDay {
  const day = new Date(now).toISOString().slice(0, 10);
  const found = ledger.days.find((each) => each.day === day);
  if (found) return found;
  const fates = Object.fromEntries(FATES.map((fate) => [fate, 0])) as Record<Fate, number>;
  return { day, messages: 0, received: 0, fates };
}
