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
 * empty where it has none, and a bad value with its quality beside it in the next column.
 */
export function sheetOf(lines: readonly Line[]): string {
  const own = lines.filter((line) => !line.compared);
  const times = new Map<number, (string | undefined)[]>();
  own.forEach((line, index) => {
    for (const reading of line.readings) {
      const row = times.get(reading.at) ?? [];
      row[2 * index] = reading.value === null ? '' : cellOf(reading.value, line.point);
      row[2 * index + 1] = ['good', 'uncertain', 'bad'][reading.quality] ?? '';
      times.set(reading.at, row);
    }
  });
  const head = own.flatMap(({ point }) => [
    cell(`${point.enterprise}/${point.tag}${point.unit ? ` (${point.unit})` : ''}`),
    cell(`${point.enterprise}/${point.tag} quality`),
  ]);
  const rows = [...times].sort(([a], [b]) => a - b).map(([at, row]) => {
    const cells = Array.from({ length: head.length }, (_, i) => row[i] ?? '');
    return [new Date(at).toISOString(), ...cells].join(',');
  });
  return `\uFEFF${[['time', ...head].join(','), ...rows].join('\r\n')}\r\n`;
}

/** Numbers are numbers, a minus is no formula; states are names. */
function cellOf(value: number | string, point: Point): string {
  if (typeof value === 'string') return cell(value);
  return statesOf(point.kind)?.[value] ?? String(value);
}
