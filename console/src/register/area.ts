import { isJson, list } from '../api/parse';

type Ring = readonly (readonly [number, number])[];

/** The rings of a GeoJSON Polygon: the first its outline, the others holes. */
export function ringsOf(area: unknown): Ring[] {
  if (!isJson(area)) return [];
  return list(area['coordinates']).map((ring) =>
    list(ring).flatMap((each) => {
      const [lon, lat] = list(each);
      return typeof lon === 'number' && typeof lat === 'number' ? [[lon, lat] as const] : [];
    }),
  );
}

/** An area as it is typed: a corner a line, longitude before latitude; an empty line before a hole. */
export function linesOf(area: unknown): string {
  return ringsOf(area)
    .map((ring) => ring.slice(0, -1).map(([lon, lat]) => `${lon} ${lat}`).join('\n'))
    .join('\n\n');
}

/** What was typed, as a GeoJSON Polygon whose rings are closed; null: a line is no corner. */
export function areaOf(text: string): { type: 'Polygon'; coordinates: Ring[] } | null {
  const rings: (readonly [number, number])[][] = [];
  for (const block of text.trim().split(/\n\s*\n/)) {
    const ring = block.split('\n').map(cornerOf);
    const corners = ring.filter((corner) => corner !== null);
    const [first, last] = [corners[0], corners.at(-1)];
    if (corners.length < ring.length || !first || !last) return null;
    const closed = first[0] === last[0] && first[1] === last[1] && corners.length > 1;
    rings.push(closed ? corners : [...corners, first]);
  }
  return { type: 'Polygon', coordinates: rings };
}

function cornerOf(line: string): readonly [number, number] | null {
  const said = /^\s*([+-]?\d+(?:\.\d+)?)[\s,;，；]+([+-]?\d+(?:\.\d+)?)\s*$/.exec(line.normalize('NFKC'));
  return said ? [Number(said[1]), Number(said[2])] : null;
}

/** Where a key place is (GeoJSON): a spot, a course, or an area. */
export type GroundShape =
  | { type: 'Point'; coordinates: readonly [number, number] }
  | { type: 'LineString'; coordinates: Ring }
  | { type: 'Polygon'; coordinates: Ring[] };

/** As it is typed: one corner a spot, several a course; an area ends with its first corner again. */
export function shapeLines(shape: unknown): string {
  if (!isJson(shape)) return '';
  const said = (ring: Ring): string => ring.map(([lon, lat]) => `${lon} ${lat}`).join('\n');
  if (shape['type'] === 'Polygon') return ringsOf(shape).map(said).join('\n\n');
  const given = shape['type'] === 'Point' ? [shape['coordinates']] : shape['coordinates'];
  return said(ringsOf({ coordinates: [given] })[0] ?? []);
}

/** What was typed as a shape; null: a line is no corner. */
export function shapeOf(text: string): GroundShape | null {
  const area = areaOf(text);
  const ring = text.trim().split('\n').map(cornerOf);
  const corners = ring.filter((corner) => corner !== null);
  const [first, last] = [corners[0], corners.at(-1)];
  if (area === null || !first || !last) return null;
  if (corners.length < ring.length) return area;
  if (corners.length === 1) return { type: 'Point', coordinates: first };
  const closed = first[0] === last[0] && first[1] === last[1];
  return closed ? area : { type: 'LineString', coordinates: corners };
}

/** `t1 = TI-101`, one a line: tags by the names that a formula has for them; null: a line is none. */
export function pairsOf(text: string): Readonly<Record<string, string>> | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const pairs = lines.map((line) => /^\s*([a-z][a-z0-9_]*)\s*[=＝]\s*(\S.*?)\s*$/.exec(line));
  const named = pairs.flatMap((pair) => (pair?.[1] && pair[2] ? [[pair[1], pair[2]] as const] : []));
  const once = new Set(named.map(([name]) => name)).size === lines.length;
  return named.length === lines.length && once ? Object.fromEntries(named) : null;
}
