import type { Point } from '../point/point';
import { isClosed, type Alarm } from './alarm';
import { offOf } from './shelf';

/**
 * How something is near an alarm, the nearest first: the same point; what a computed point is
 * computed from, or is computed from it; one group of detectors, one unit, one hazard source, one
 * gateway that is silent; and close by on the ground, whoever's it is.
 */
export const NEARNESS = ['point', 'formula', 'group', 'unit', 'source', 'gateway', 'area'] as const;
export type Nearness = (typeof NEARNESS)[number];

/** So close by is near: a leak is smelt by the next detectors, whichever source they are of. */
export const AREA_M = 50;
const METRES_PER_DEGREE = 111_320;
const RADIANS = Math.PI / 180;

export interface Near<T> {
  readonly it: T;
  readonly how: Nearness;
}

/** Where something is, as far as the register knows it; empty: it is in none. */
interface Spot {
  readonly enterprise: string;
  readonly tag: string;
  readonly inputs: readonly string[];
  readonly groups: readonly string[];
  readonly unit: string;
  readonly source: string;
  readonly gateway: string;
  readonly isGateway: boolean;
  readonly at: readonly [number, number] | null;
}

type PointOf = (id: number) => Point | undefined;

/**
 * The other alarms that stand near one: by nearness, on the board before off it, and then in the
 * order in which they rose, so that what began it stands first. Exercises are near exercises only.
 */
export function nearAlarms(alarm: Alarm, all: Iterable<Alarm>, pointOf: PointOf): Near<Alarm>[] {
  const here = spotOfAlarm(alarm, pointOf);
  const found: Near<Alarm>[] = [];
  for (const it of all) {
    if (it.id === alarm.id || isClosed(it) || it.historical || it.exercise !== alarm.exercise) continue;
    // Ten thousand may stand: most of them are of others, far away.
    if (it.enterprise !== here.enterprise && here.at === null) continue;
    const how = nearness(here, spotOfAlarm(it, pointOf));
    if (how !== null) found.push({ it, how });
  }
  return found.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      Number(offOf(a.it) !== null) - Number(offOf(b.it) !== null) ||
      a.it.raisedAt - b.it.raisedAt ||
      (a.it.id < b.it.id ? -1 : 1),
  );
}

/** The other points near an alarm: by nearness, then those of its own kind, then by tag. */
export function nearPoints(alarm: Alarm, all: Iterable<Point>, pointOf: PointOf): Near<Point>[] {
  const here = spotOfAlarm(alarm, pointOf);
  const found: Near<Point>[] = [];
  for (const it of all) {
    if (it.id === alarm.pointId) continue;
    const how = nearness(here, spotOfPoint(it));
    if (how !== null && how !== 'point') found.push({ it, how });
  }
  const other = (each: Near<Point>): number => Number(each.it.kind !== alarm.pointKind);
  return found.sort(
    (a, b) => rank(a) - rank(b) || other(a) - other(b) || (a.it.tag < b.it.tag ? -1 : 1),
  );
}

function rank(near: Near<unknown>): number {
  return NEARNESS.indexOf(near.how);
}

function nearness(here: Spot, there: Spot): Nearness | null {
  const same = (a: string, b: string): boolean => a !== '' && a === b;
  if (here.enterprise === there.enterprise) {
    if (same(here.tag, there.tag)) return 'point';
    if (here.inputs.includes(there.tag) || there.inputs.includes(here.tag)) return 'formula';
    if (here.groups.some((each) => there.groups.includes(each))) return 'group';
    // Units of two sources may bear one name.
    if (same(here.unit, there.unit) && here.source === there.source) return 'unit';
    if (same(here.source, there.source)) return 'source';
    // That two points share a gateway says nothing of where they are; that theirs is silent does.
    const wired = here.isGateway || there.isGateway;
    if (wired && same(here.gateway, there.gateway)) return 'gateway';
  }
  return apart(here.at, there.at) <= AREA_M ? 'area' : null;
}

function spotOfPoint(point: Point): Spot {
  const { enterprise, tag, inputs, groups, equipment: unit, hazardSource: source, at } = point;
  return { enterprise, tag, inputs, groups, unit, source, gateway: point.gateway, isGateway: false, at };
}

function spotOfAlarm(alarm: Alarm, pointOf: PointOf): Spot {
  const point = alarm.pointId === null ? undefined : pointOf(alarm.pointId);
  const own = (type: string): string => (alarm.subjectType === type ? alarm.subject : '');
  const group = alarm.group === null ? [] : [alarm.group];
  if (point && alarm.group === null) return spotOfPoint(point);
  if (point) return { ...spotOfPoint(point), groups: [...point.groups, ...group] };
  return {
    enterprise: alarm.enterprise,
    tag: alarm.tag ?? '',
    inputs: [],
    groups: group,
    unit: '',
    source: own('hazard_source') || (alarm.hazardSource ?? ''),
    gateway: own('gateway'),
    isGateway: own('gateway') !== '',
    at: null,
  };
}

/** Metres between two places on the ground; without end where nobody knows one of them. */
function apart(one: Spot['at'], other: Spot['at']): number {
  if (one === null || other === null) return Number.POSITIVE_INFINITY;
  const east = (one[0] - other[0]) * Math.cos(one[1] * RADIANS);
  return Math.hypot(east, one[1] - other[1]) * METRES_PER_DEGREE;
}
