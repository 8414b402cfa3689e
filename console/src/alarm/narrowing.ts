import { isGrade, type Alarm, type Grade } from './alarm';
import { sourceOf } from './group';
import { offOf } from './shelf';

/** What the list of alarms is narrowed to; what is empty narrows nothing. */
export interface Narrowing {
  readonly words: string;
  readonly grade: Grade | null;
  readonly enterprise: string | null;
  /** Code of a hazard source of that enterprise. */
  readonly source: string | null;
  /** Only what the counts by grade count: neither off the board nor of an exercise. */
  readonly counted: boolean;
}

export const WHOLE: Narrowing = { words: '', grade: null, enterprise: null, source: null, counted: false };

export function isWhole(narrowing: Narrowing): boolean {
  return queryOf(narrowing) === '';
}

/** As it stands in the address, behind the question mark. */
export function queryOf({ words, grade, enterprise, source, counted }: Narrowing): string {
  const query = new URLSearchParams();
  if (enterprise !== null) query.set('enterprise', enterprise);
  if (enterprise !== null && source !== null) query.set('source', source);
  if (grade !== null) query.set('grade', String(grade));
  if (counted) query.set('counted', '1');
  if (words !== '') query.set('words', words);
  return query.toString();
}

/** From a hand-typed address as well: what cannot be meant narrows nothing. */
export function parseNarrowing(query: string): Narrowing {
  const said = new URLSearchParams(query);
  const grade = Number(said.get('grade'));
  const enterprise = said.get('enterprise') || null;
  return {
    words: said.get('words') ?? '',
    grade: isGrade(grade) ? grade : null,
    enterprise,
    source: enterprise === null ? null : said.get('source') || null,
    counted: said.get('counted') === '1',
  };
}

/** Which hazard sources have points behind a gateway, by enterprise and gateway. */
export type Behind = ReadonlyMap<string, ReadonlySet<string>>;

interface Hung {
  readonly enterprise: string;
  readonly gateway: string;
  readonly hazardSource: string;
}

export function behindGateways(points: Iterable<Hung>): Behind {
  const behind = new Map<string, Set<string>>();
  for (const { enterprise, gateway, hazardSource } of points) {
    if (gateway === '' || hazardSource === '') continue;
    const key = gatewayKey(enterprise, gateway);
    const known = behind.get(key);
    if (known) known.add(hazardSource);
    else behind.set(key, new Set([hazardSource]));
  }
  return behind;
}

function gatewayKey(enterprise: string, gateway: string): string {
  return JSON.stringify([enterprise, gateway]);
}

/** An alarm is of its own source; what silences a gateway or an enterprise blinds all behind it. */
function isOfSource(alarm: Alarm, source: string, behind: Behind): boolean {
  if (alarm.subjectType === 'enterprise') return true;
  if (alarm.subjectType === 'gateway') {
    return behind.get(gatewayKey(alarm.enterprise, alarm.subject))?.has(source) ?? false;
  }
  return sourceOf(alarm) === source;
}

/** Whether the counts by grade have it (`countByGrade`). */
export function isCounted(alarm: Alarm): boolean {
  return !alarm.historical && !alarm.exercise && offOf(alarm) === null;
}

/** Counted, and gone again before anybody acknowledged it: still to be attended, and active no more (ISA-18.2).
 * What latches stays active until its reset, as in the grades of sources (`grade_tree.bearing`). */
export function isReturned(alarm: Alarm): boolean {
  return isCounted(alarm) && alarm.state === 'returned_unacknowledged' && !alarm.latch;
}

/** Counted, and what gives a source its grade. */
export function isActive(alarm: Alarm): boolean {
  return isCounted(alarm) && !isReturned(alarm);
}

/** All but its words, which are sought in what the row says. */
export function isWithin(alarm: Alarm, narrowing: Narrowing, behind: Behind): boolean {
  const { grade, enterprise, source, counted } = narrowing;
  if (grade !== null && alarm.grade !== grade) return false;
  if (enterprise !== null && alarm.enterprise !== enterprise) return false;
  if (counted && !isCounted(alarm)) return false;
  return source === null || isOfSource(alarm, source, behind);
}

/** The counted alarms of each enterprise that has any. */
export function countedByEnterprise(alarms: Iterable<Alarm>): ReadonlyMap<string, readonly Alarm[]> {
  const found = new Map<string, Alarm[]>();
  for (const alarm of alarms) {
    if (!isCounted(alarm)) continue;
    const known = found.get(alarm.enterprise);
    if (known) known.push(alarm);
    else found.set(alarm.enterprise, [alarm]);
  }
  return found;
}
