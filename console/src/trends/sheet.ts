import { statesOf, type Point } from '../point/point';
import type { Line } from './line';

const BEGINS_FORMULA = /^[=+\-@\t\r]/;

/** A cell that no spreadsheet takes for a formula, and that keeps its commas and quotes. */
export function cell(text: string): string {
  const plain = BEGINS_FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/**
 * The lines as CSV (RFC 4180), one row a time: RFC 3339 in UTC, then the value of each point there;
 * empty where it has none, and a bad value with its quality beside it in the next column. Where the
 * values of a point are means, its least and its greatest stand beside them: a mean hides a peak.
 */
export function sheetOf(lines: readonly Line[]): string {
  const own = lines.filter((line) => !line.compared);
  const times = new Map<number, (string | undefined)[]>();
  const head: string[] = [];
  for (const line of own) {
    const first = head.length;
    const rolled = isRolledUp(line);
    head.push(...headOf(line.point, rolled));
    for (const reading of line.readings) {
      const row = times.get(reading.at) ?? [];
      const cells = [reading.value === null ? '' : cellOf(reading.value, line.point)];
      if (rolled) cells.push(String(reading.min ?? ''), String(reading.max ?? ''));
      cells.push(['good', 'uncertain', 'bad'][reading.quality] ?? '');
      cells.forEach((each, index) => (row[first + index] = each));
      times.set(reading.at, row);
    }
  }
  const rows = [...times].sort(([a], [b]) => a - b).map(([at, row]) => {
    const cells = Array.from({ length: head.length }, (_, i) => row[i] ?? '');
    return [new Date(at).toISOString(), ...cells].join(',');
  });
  return `\uFEFF${[['time', ...head].join(','), ...rows].join('\r\n')}\r\n`;
}

function isRolledUp(line: Line): boolean {
  return line.readings.some((reading) => reading.min !== null || reading.max !== null);
}

function headOf(point: Point, rolled: boolean): string[] {
  const name = `${point.enterprise}/${point.tag}`;
  const value = `${name}${rolled ? ' mean' : ''}${point.unit ? ` (${point.unit})` : ''}`;
  const ends = rolled ? [`${name} min`, `${name} max`] : [];
  return [value, ...ends, `${name} quality`].map(cell);
}

/** Numbers are numbers, a minus is no formula; states are names. */
function cellOf(value: number | string, point: Point): string {
  if (typeof value === 'string') return cell(value);
  return statesOf(point.kind)?.[value] ?? String(value);
}
