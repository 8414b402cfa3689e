import { isJson, list, type Json } from '../api/parse';
import { areaOf, linesOf, pairsOf, shapeOf, shapeLines } from './area';

/** What is typed into a field, and what that is as JSON. */
export type Shape = 'text' | 'number' | 'whole' | 'day' | 'area' | 'ground' | 'pairs' | 'words' | 'choice';

/** A field of a record in the register. `name`: its path in the body, like `responsible.chief.name`. */
export interface Field {
  readonly name: string;
  readonly shape: Shape;
  /** It may not be left empty. */
  readonly needed?: boolean;
  /** Of a choice: its codes, worded by `group`. */
  readonly choices?: readonly string[];
  readonly group?: string;
  /** What it is called, where its name alone would be ambiguous. */
  readonly label?: string;
  /** Few records have it: it is told further down. */
  readonly rare?: boolean;
}

/** What records of one sort are made of: what there is one of, and what there are several of. */
export interface Model {
  readonly facts: readonly Field[];
  readonly lists: Readonly<Record<string, readonly Field[]>>;
}

/** What was typed, by the names of the fields. */
export type Draft = Readonly<Record<string, string>>;

export interface Form {
  readonly facts: Draft;
  readonly lists: Readonly<Record<string, readonly Draft[]>>;
}

export const WRONGS = ['needed', 'number', 'whole', 'day', 'area', 'pairs'] as const;
/** Why something that was typed is not sent. */
export type Wrong = (typeof WRONGS)[number];

export interface Built {
  readonly body: Json;
  /** By the paths of the fields. */
  readonly wrong: Readonly<Record<string, Wrong>>;
}

/** A record as it is typed; null: a new one. */
export function formOf(model: Model, record: unknown): Form {
  const lists = Object.entries(model.lists).map(([name, fields]) => {
    const rows = isJson(record) ? list(record[name]) : [];
    return [name, rows.map((row) => draftOf(fields, row))] as const;
  });
  return { facts: draftOf(model.facts, record), lists: Object.fromEntries(lists) };
}

export function draftOf(fields: readonly Field[], record: unknown): Draft {
  return Object.fromEntries(fields.map((field) => [field.name, typed(field, at(record, field.name))]));
}

/** All of it, as a new record is sent: what is empty is left out. */
export function bodyOf(model: Model, form: Form): Built {
  const { body, wrong } = wholeOf(model, form);
  return { body: without(body), wrong };
}

/** What is another than it was, as a change is sent: null empties, a list goes whole. */
export function changeOf(model: Model, before: Form, after: Form): Built {
  const [was, now] = [wholeOf(model, before), wholeOf(model, after)];
  const changed = Object.keys(now.body).filter(
    (name) => JSON.stringify(now.body[name]) !== JSON.stringify(was.body[name]),
  );
  const body = Object.fromEntries(changed.map((name) => [name, now.body[name]]));
  return { body, wrong: now.wrong };
}

/** The paths that the form shows: what is told of a path further in is told at the nearest one. */
export function nearestOf(model: Model, form: Form): (path: string) => string {
  const known = new Set(model.facts.map((field) => field.name));
  for (const [name, fields] of Object.entries(model.lists)) {
    known.add(name);
    form.lists[name]?.forEach((_, row) => {
      known.add(`${name}.${row}`);
      for (const field of fields) known.add(`${name}.${row}.${field.name}`);
    });
  }
  return (path) => {
    const parts = path.split('.');
    const nearer = parts.map((_, end) => parts.slice(0, parts.length - end).join('.'));
    return nearer.find((each) => known.has(each)) ?? path;
  };
}

function wholeOf(model: Model, form: Form): { body: Record<string, unknown>; wrong: Built['wrong'] } {
  const wrong: Record<string, Wrong> = {};
  const body = recordOf(model.facts, form.facts, '', wrong);
  for (const [name, fields] of Object.entries(model.lists)) {
    const rows = form.lists[name] ?? [];
    body[name] = rows.map((row, i) => without(recordOf(fields, row, `${name}.${i}.`, wrong)));
  }
  return { body, wrong };
}

function recordOf(
  fields: readonly Field[],
  draft: Draft,
  path: string,
  wrong: Record<string, Wrong>,
): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const field of fields) {
    const read = valueOf(field, draft[field.name] ?? '');
    if (read.wrong) wrong[path + field.name] = read.wrong;
    put(record, field.name.split('.'), read.value);
  }
  return collapsed(record);
}

/** What stands where is told for one that nobody named: an object of nulls is null. */
function collapsed(record: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(record).map(([name, value]) => {
    if (!isJson(value) || Array.isArray(value['coordinates'])) return [name, value] as const;
    const inner = collapsed({ ...value });
    const empty = Object.values(inner).every((each) => each === null);
    return [name, empty ? null : without(inner)] as const;
  });
  return Object.fromEntries(entries);
}

function valueOf(field: Field, text: string): { value: unknown; wrong?: Wrong } {
  const said = text.trim();
  if (said === '') return field.needed ? { value: null, wrong: 'needed' } : { value: null };
  const plain = said.normalize('NFKC');
  switch (field.shape) {
    case 'number':
      return NUMBER.test(plain) ? { value: Number(plain) } : { value: null, wrong: 'number' };
    case 'whole':
      return /^\d+$/.test(plain) ? { value: Number(plain) } : { value: null, wrong: 'whole' };
    case 'day':
      return /^\d{4}-\d\d-\d\d$/.test(plain) ? { value: plain } : { value: null, wrong: 'day' };
    case 'words':
      return { value: plain.split(/[\s,;，；、]+/).filter((word) => word !== '') };
    case 'area': {
      const area = areaOf(said);
      return area === null ? { value: null, wrong: 'area' } : { value: area };
    }
    case 'ground': {
      const shape = shapeOf(said);
      return shape === null ? { value: null, wrong: 'area' } : { value: shape };
    }
    case 'pairs': {
      const pairs = pairsOf(said);
      return pairs === null ? { value: null, wrong: 'pairs' } : { value: pairs };
    }
    default:
      return { value: said };
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function typed(field: Field, value: unknown): string {
  if (field.shape === 'area') return linesOf(value);
  if (field.shape === 'ground') return shapeLines(value);
  if (field.shape === 'pairs' && isJson(value)) {
    return Object.entries(value).map(([name, tag]) => `${name} = ${String(tag)}`).join('\n');
  }
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function at(record: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((found, name) => (isJson(found) ? found[name] : null), record);
}

function put(record: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    record[name] = value;
    return;
  }
  const inner = { ...(isJson(record[name]) ? record[name] : {}) };
  put(inner, rest, value);
  record[name] = inner;
}

function without(record: Json): Json {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}
