import { statesOf, type Kind, type Point } from '../point/point';

/** How a piece of equipment is drawn; `around`: what stands in the open, at no equipment. */
export type Form = 'tank' | 'reactor' | 'warehouse' | 'machine' | 'around';

/** A piece of equipment with what is measured at it. */
export interface Unit {
  readonly name: string;
  readonly form: Form;
  /** Measured points, in the order in which they are drawn. */
  readonly gauges: readonly Point[];
  /** Points with states: valves, switches, interlocks, fire and smoke detectors. */
  readonly states: readonly Point[];
  /** What its filling is drawn from; null: it has no level. */
  readonly level: Point | null;
}

/** From what is in the vessel to what is around it. */
const ORDER: readonly Kind[] = [
  'level',
  'temperature',
  'pressure',
  'flow',
  'analog',
  'humidity',
  'combustible_gas',
  'toxic_gas',
  'oxygen',
  'wind_speed',
  'wind_direction',
  'valve',
  'interlock',
  'switch',
  'fire',
  'smoke',
];
const GASES: readonly Kind[] = ['combustible_gas', 'toxic_gas', 'oxygen'];

/** What detects outside the equipment, not in it. */
export function isOutside(point: Point): boolean {
  return GASES.includes(point.kind);
}

/**
 * The equipment of a hazard source, from its points alone. `unitType` (GB 18218): a storage unit
 * has tanks and warehouses, a production unit reactors and other vessels.
 */
export function unitsOf(points: readonly Point[], unitType: string): Unit[] {
  const byName = new Map<string, Point[]>();
  for (const point of points) {
    const found = byName.get(point.equipment);
    if (found) found.push(point);
    else byName.set(point.equipment, [point]);
  }
  return [...byName]
    .map(([name, own]) => unitOf(name, own.sort(compare), unitType))
    .sort((a, b) => Number(a.name === '') - Number(b.name === '') || size(b) - size(a) || (a.name < b.name ? -1 : 1));
}

function unitOf(name: string, own: readonly Point[], unitType: string): Unit {
  return {
    name,
    form: name === '' ? 'around' : formOf(own, unitType),
    gauges: own.filter((point) => statesOf(point.kind) === null),
    states: own.filter((point) => statesOf(point.kind) !== null),
    level: own.find((point) => point.kind === 'level') ?? null,
  };
}

function formOf(own: readonly Point[], unitType: string): Form {
  const has = (...kinds: Kind[]): boolean => own.some((point) => kinds.includes(point.kind));
  if (has('level')) return unitType === 'production' ? 'reactor' : 'tank';
  if (unitType === 'production' && has('temperature') && has('pressure')) return 'reactor';
  const inRooms = has('temperature', 'humidity', 'smoke', 'fire', ...GASES);
  return inRooms && unitType === 'storage' && !has('flow', 'pressure', 'analog', 'switch')
    ? 'warehouse'
    : 'machine';
}

/** Vessels before what has hardly anything measured at it. */
function size(unit: Unit): number {
  return { tank: 3, reactor: 3, warehouse: 2, machine: 1, around: 0 }[unit.form];
}

function compare(a: Point, b: Point): number {
  return ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || (a.tag < b.tag ? -1 : 1);
}
