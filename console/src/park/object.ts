import type { Grade } from '../alarm/alarm';
import { isJson, list, number, text, type Json } from '../api/parse';
import { fourth } from '../source/tree';

/** Degrees, WGS 84: longitude, latitude. */
export type Degrees = readonly [number, number];

/** Where an object is: one spot, a line, or the outer border of an area. */
export type Shape =
  | { readonly kind: 'spot'; readonly at: Degrees }
  | { readonly kind: 'line'; readonly path: readonly Degrees[] }
  | { readonly kind: 'area'; readonly border: readonly Degrees[] };

export const LAYERS = ['enterprise', 'zone', 'hazard_source', 'key_place'] as const;
export type Layer = (typeof LAYERS)[number];

/** An object of the four-colour map (`GET /map`) as it stands. */
export interface ParkObject {
  readonly id: string;
  readonly layer: Layer;
  readonly enterprise: string;
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  readonly kind: string | null;
  readonly grade: Grade | null;
  readonly riskLevel: Grade | null;
  readonly riskIndex: number | null;
  readonly active: number;
  readonly offBoard: number;
  readonly points: number | null;
  readonly pointsOnline: number | null;
  /** Why it has its grade, its risk, and what keeps this from being the whole truth. */
  readonly why: string;
  readonly risk: readonly string[];
  readonly note: string;
  /** Null: nobody has said where it is. */
  readonly shape: Shape | null;
}

export interface ParkMap {
  readonly objects: readonly ParkObject[];
  /** The park has more objects than one answer holds. */
  readonly more: boolean;
}

export function parseParkMap(raw: unknown): ParkMap | null {
  if (!isJson(raw)) return null;
  return {
    objects: list(raw['features']).flatMap(parseObject),
    more: text(raw['next']) !== null,
  };
}

/** What an object is known by; an enterprise is of itself. */
export function idOf(layer: Layer, enterprise: string, code = enterprise): string {
  return `${layer}/${enterprise}/${code}`;
}

function parseObject(raw: unknown): ParkObject[] {
  const told = isJson(raw) && isJson(raw['properties']) ? raw['properties'] : null;
  const layer = LAYERS.find((each) => each === told?.['object']);
  const enterprise = text(told?.['enterprise']);
  const code = text(told?.['code']);
  if (!isJson(raw) || told === null || !layer || enterprise === null || code === null) return [];
  const why: Json = isJson(told['why']) ? told['why'] : {};
  return [
    {
      id: idOf(layer, enterprise, code),
      layer,
      enterprise,
      code,
      name: text(told['name']) ?? code,
      nameEn: text(told['name_en']) ?? text(told['name']) ?? code,
      kind: text(told['kind']),
      grade: fourth(told['grade']),
      riskLevel: fourth(told['risk_level']),
      riskIndex: number(told['risk_index']),
      active: number(told['active']) ?? 0,
      offBoard: number(told['off_board']) ?? 0,
      points: number(told['points']),
      pointsOnline: number(told['points_online']),
      why: text(why['grade']) ?? '',
      risk: list(why['risk']).flatMap((each) => text(each) ?? []),
      note: text(why['note']) ?? '',
      shape: parseShape(raw['geometry']),
    },
  ];
}

/** GeoJSON (RFC 7946); of an area its outer border. What cannot be drawn has no shape. */
export function parseShape(raw: unknown): Shape | null {
  if (!isJson(raw)) return null;
  const given = raw['coordinates'];
  if (raw['type'] === 'Point') {
    const at = degrees(given);
    return at && { kind: 'spot', at };
  }
  if (raw['type'] === 'LineString') {
    const path = positions(given);
    return path.length > 1 ? { kind: 'line', path } : null;
  }
  if (raw['type'] === 'Polygon') {
    const border = positions(list(given)[0]);
    return border.length > 3 ? { kind: 'area', border } : null;
  }
  return null;
}

function positions(raw: unknown): Degrees[] {
  return list(raw).map(degrees).filter((each): each is Degrees => each !== null);
}

function degrees(raw: unknown): Degrees | null {
  const [lon, lat] = list(raw).map(number);
  return lon === undefined || lat === undefined || lon === null || lat === null ? null : [lon, lat];
}

/** Where its mark stands: the spot, the middle of the line, the middle of the area's corners. */
export function middle(shape: Shape): Degrees {
  if (shape.kind === 'spot') return shape.at;
  if (shape.kind === 'line') return shape.path[Math.floor(shape.path.length / 2)] as Degrees;
  // A ring ends where it begins: its last corner is its first again.
  const corners = shape.border.slice(0, -1);
  const sum = corners.reduce(([x, y], [lon, lat]) => [x + lon, y + lat] as const, [0, 0] as Degrees);
  return [sum[0] / corners.length, sum[1] / corners.length];
}

/** Where its name stands: at its north-western end, out of the way of what is in it. */
export function corner(shape: Shape): Degrees {
  const all = cornersOf(shape);
  const west = all.reduce((least, [lon]) => Math.min(least, lon), Infinity);
  const north = all.reduce((most, [, lat]) => Math.max(most, lat), -Infinity);
  return [west, north];
}

export function cornersOf(shape: Shape): readonly Degrees[] {
  return shape.kind === 'spot' ? [shape.at] : shape.kind === 'line' ? shape.path : shape.border;
}

/** What needs attention first: the gravest alarm, then the highest risk. */
export function attention(a: ParkObject, b: ParkObject): number {
  return (
    (a.grade ?? 5) - (b.grade ?? 5) ||
    (b.riskIndex ?? -1) - (a.riskIndex ?? -1) ||
    (a.id < b.id ? -1 : 1)
  );
}
