import { instant, isJson, number, text } from '../api/parse';

/** Messages `fromSeq` to `toSeq` of one boot that did not arrive; `filled` of them came late. */
export interface Gap {
  readonly id: number;
  readonly enterprise: string;
  readonly gateway: string;
  readonly boot: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly filled: number;
  readonly openedAt: number | null;
  readonly closedAt: number | null;
}

export function parseGap(raw: unknown): Gap | null {
  if (!isJson(raw)) return null;
  const [id, enterprise, gateway] = [number(raw['id']), text(raw['enterprise']), text(raw['gateway'])];
  const [fromSeq, toSeq] = [number(raw['from_seq']), number(raw['to_seq'])];
  if (id === null || enterprise === null || gateway === null) return null;
  if (fromSeq === null || toSeq === null) return null;
  return {
    id,
    enterprise,
    gateway,
    boot: text(raw['boot']) ?? '',
    fromSeq,
    toSeq,
    filled: number(raw['filled']) ?? 0,
    openedAt: instant(raw['opened_at']),
    closedAt: instant(raw['closed_at']),
  };
}

/** How many messages are missing still. */
export function missing(gap: Gap): number {
  return gap.closedAt === null ? gap.toSeq - gap.fromSeq + 1 - gap.filled : 0;
}

/** 42, or 42 – 57. */
export function rangeText(gap: Gap): string {
  return gap.fromSeq === gap.toSeq ? String(gap.fromSeq) : `${gap.fromSeq} – ${gap.toSeq}`;
}

export interface GatewayGaps {
  readonly key: string;
  readonly enterprise: string;
  readonly gateway: string;
  readonly missing: number;
  /** The oldest that is open; null: none is. */
  readonly since: number | null;
  readonly gaps: readonly Gap[];
}

/** The gaps of one gateway after the other; within a gateway as they were given. */
export function byGateway(gaps: readonly Gap[]): GatewayGaps[] {
  const groups = new Map<string, Gap[]>();
  for (const gap of gaps) {
    const key = `${gap.enterprise}/${gap.gateway}`;
    const group = groups.get(key);
    if (group) group.push(gap);
    else groups.set(key, [gap]);
  }
  return [...groups]
    .map(([key, own]) => ({
      key,
      enterprise: own[0]?.enterprise ?? '',
      gateway: own[0]?.gateway ?? '',
      missing: own.reduce((sum, gap) => sum + missing(gap), 0),
      since: oldest(own),
      gaps: own,
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function oldest(gaps: readonly Gap[]): number | null {
  const open = gaps.flatMap((gap) => (gap.closedAt === null ? [gap.openedAt ?? Infinity] : []));
  const first = Math.min(...open);
  return Number.isFinite(first) ? first : null;
}
