import { isJson, items, number, oneOf, text, type Json } from '../api/parse';
import type { Problem } from '../api/problem';
import { written, type Moved } from './change';

export const MODES = ['create', 'update', 'both'] as const;
export type Mode = (typeof MODES)[number];
export const COORDINATES = ['wgs84', 'gcj02'] as const;
export type Coordinates = (typeof COORDINATES)[number];

/** What a sheet is larger than this is refused for, before it is sent (the api takes no more). */
export const MOST_BYTES = 50 * 1024 * 1024;

/** What becomes of a line of the sheet. */
export interface Line {
  readonly row: number;
  readonly enterprise: string;
  readonly tag: string;
  readonly action: 'new' | 'changed' | 'unchanged';
  readonly moved: readonly Moved[];
}

/** What an import would do. `leftOff`: lines that are not shown. */
export interface Rehearsal {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly lines: readonly Line[];
  readonly leftOff: number;
}

/** A line that is wrong; `row` null: the sheet as a whole, `field` empty: the line as a whole. */
export interface Fault {
  readonly row: number | null;
  readonly field: string;
  readonly message: string;
}

export interface Refusal {
  readonly faults: readonly Fault[];
  /** How many lines are wrong in all. */
  readonly count: number;
}

export function parseRehearsal(raw: unknown): Rehearsal | null {
  if (!isJson(raw)) return null;
  const count = (name: string): number => number(raw[name]) ?? 0;
  return {
    created: count('would_create'),
    updated: count('would_update'),
    unchanged: count('unchanged'),
    lines: items(raw['lines'], parseLine),
    leftOff: count('left_off'),
  };
}

function parseLine(raw: unknown): Line | null {
  const row = isJson(raw) ? number(raw['row']) : null;
  if (!isJson(raw) || row === null) return null;
  const before: Json = isJson(raw['before']) ? raw['before'] : {};
  const after: Json = isJson(raw['after']) ? raw['after'] : {};
  return {
    row,
    enterprise: text(raw['enterprise']) ?? '',
    tag: text(raw['tag']) ?? '',
    action: oneOf(['new', 'changed', 'unchanged'] as const, raw['action']) ?? 'unchanged',
    moved: Object.keys(after).map((field) => ({
      field,
      before: written(before[field]),
      after: written(after[field]),
    })),
  };
}

/** What is wrong, line by line, of a refused sheet. */
export function refusalOf(problem: Problem): Refusal {
  const told = problem.errors.length > 0 ? problem.errors.map((each) => each.message) : [problem.detail];
  const faults = told.map(faultOf);
  const more = /\((\d+) more rows are wrong\)/.exec(problem.detail);
  return { faults, count: Math.max(faults.length, more ? Number(more[1]) + 1 : 0) };
}

/** `Row 12: unit: it is missing; send it.` */
function faultOf(message: string): Fault {
  const said = /^Row (\d+): (.+?)\.?$/s.exec(message);
  if (!said) return { row: null, field: '', message };
  const [row, rest] = [Number(said[1]), said[2] ?? ''];
  const named = /^([a-z_][\w.]*): (.+)$/s.exec(rest);
  return named
    ? { row, field: named[1] ?? '', message: named[2] ?? '' }
    : { row, field: '', message: rest };
}

/** Whether a file is a workbook, by its first bytes: XLSX is a ZIP. */
export function isWorkbook(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

/** The columns of a sheet that registers points, with a line to show how. */
export function template(columns: readonly string[]): string {
  const shown: Readonly<Record<string, string>> = {
    enterprise: 'E1',
    tag: 'GT-101',
    kind: 'combustible_gas',
    unit: '%LEL',
    range_low: '0',
    range_high: '100',
    period_s: '1',
  };
  return `\ufeff${columns.join(',')}\r\n${columns.map((name) => shown[name] ?? '').join(',')}\r\n`;
}
