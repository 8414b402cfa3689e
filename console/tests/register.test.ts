import { expect, test } from 'vitest';
import { areaOf, linesOf } from '../src/register/area';
import { changesOfVersions, parseChange } from '../src/register/change';
import { bodyOf, changeOf, formOf, nearestOf } from '../src/register/field';
import { planOf } from '../src/register/plan';
import { DERIVED, ENTERPRISE, PLACE, POINT, SOURCE } from '../src/register/record';
import { isWorkbook, parseRehearsal, refusalOf, template } from '../src/register/sheet';
import { Problem } from '../src/api/problem';
import '../src/app/register-sentence';
import { inChinese } from '../src/app/sentence-wording';
import { fitsWords } from '../src/app/sought';
import { hashOf, parseRoute, type Route } from '../src/route/route';

const AREA = {
  type: 'Polygon',
  coordinates: [
    [
      [107.44, 38.21],
      [107.46, 38.21],
      [107.46, 38.22],
      [107.44, 38.21],
    ],
  ],
};
const FILE = {
  code: 'E1',
  name: '瑞泰',
  name_en: null,
  staff_on_site: 120,
  area: AREA,
  contacts: [{ role: 'duty', name: '王', phone: '025-5555 0101' }],
  licences: [{ kind: 'fire', number: 'F-1', name: null, issued_by: null, valid_from: null, valid_until: null, state: 'valid' }],
  substances: [],
  zones: [{ code: 'Z1', name: '罐区', name_en: null, area: AREA }],
};
const SOURCE_RECORD = {
  name: '液氯储存',
  unit_type: 'storage',
  exposed_people: 60,
  substances: [{ class: 'W5.3', classes: ['W5.3', 'J3'], quantity_t: 300 }],
  responsible: { chief: { name: '吴', phone: '025-5555 0201' }, technical: null, operating: null },
};

test('what is not touched is not sent, and comes back as it was', () => {
  for (const [model, record] of [[ENTERPRISE, FILE], [SOURCE, SOURCE_RECORD]] as const) {
    const form = formOf(model, record);
    expect(changeOf(model, form, form)).toEqual({ body: {}, wrong: {} });
  }
  const [before, form] = [formOf(SOURCE, SOURCE_RECORD), formOf(SOURCE, SOURCE_RECORD)];
  const after = { ...form, facts: { ...form.facts, 'responsible.technical.name': '李', exposed_people: '' } };
  expect(changeOf(SOURCE, before, after)).toEqual({
    body: {
      responsible: { chief: { name: '吴', phone: '025-5555 0201' }, technical: { name: '李' } },
      exposed_people: null,
    },
    wrong: { exposed_people: 'needed' },
  });
});

test('a list goes whole, with numbers as numbers and areas closed', () => {
  const before = formOf(ENTERPRISE, FILE);
  const zones = [{ ...before.lists['zones']![0]!, area: '107.44 38.21\n107.46，38.21\n107.46 38.22' }];
  const substances = [{ name: '氯', cas: '7782-50-5', quantity_t: '１２.5' }];
  const { body, wrong } = changeOf(ENTERPRISE, before, { ...before, lists: { ...before.lists, zones, substances } });
  expect(wrong).toEqual({});
  expect(body).toEqual({ substances: [{ name: '氯', cas: '7782-50-5', quantity_t: 12.5 }] });
});

test('a new record leaves out what is empty; what is typed wrong is told by its path', () => {
  const whole = { ...POINT, facts: [{ name: 'tag', shape: 'text', needed: true } as const, ...POINT.facts] };
  const form = formOf(whole, { tag: 'GT-1', kind: 'toxic_gas', unit: 'ppm', reporting: 'periodic' });
  expect(bodyOf(whole, form).body).toEqual({ tag: 'GT-1', kind: 'toxic_gas', unit: 'ppm', reporting: 'periodic' });
  const wrong = { ...form.facts, range_high: '1,000', calibrated_on: '01/02/26', tag: ' ' };
  expect(bodyOf(whole, { ...form, facts: wrong }).wrong).toEqual({
    range_high: 'number',
    calibrated_on: 'day',
    tag: 'needed',
  });
});

test('what the server says of a path is told at the nearest field that there is', () => {
  const nearest = nearestOf(ENTERPRISE, formOf(ENTERPRISE, FILE));
  expect(nearest('contacts.0.phone')).toBe('contacts.0.phone');
  expect(nearest('zones.0.area.coordinates.0.1')).toBe('zones.0.area');
  expect(nearest('contacts.3.phone')).toBe('contacts');
  expect(nearest('elsewhere.1')).toBe('elsewhere.1');
});

test('an area is typed by its corners, and a line that is none is refused', () => {
  expect(areaOf(linesOf(AREA))).toEqual(AREA);
  expect(areaOf('107.44 38.21\nnorth')).toBeNull();
  expect(areaOf('1 2\n3 4\n5 6\n\n7 8\n9 9\n7 9')?.coordinates.map((ring) => ring.length)).toEqual([4, 4]);
  const plan = planOf([{ name: '', area: AREA }]);
  expect([plan?.across, plan?.up]).toEqual([1749, 1113]);
  expect(planOf([{ name: 'Z', area: null }])).toBeNull();
});

test('a change tells of each field what it was; versions are held against the one before', () => {
  const change = parseChange({
    at: '2026-01-04T00:00:00Z',
    changed_by: 'zhang',
    before: { unit: 'ppm', range_high: 100 },
    after: { unit: 'ppm', range_high: 200 },
    reason: '换型',
  });
  expect(change).toMatchObject({ by: 'zhang', isNew: false, reason: '换型' });
  expect(change?.moved).toEqual([{ field: 'range_high', before: '100', after: '200' }]);
  const [second, first] = changesOfVersions({
    items: [
      { version: 2, name: '乙', substances: [{ cas: '7782-50-5', quantity_t: 6 }], working: { s: 1 } },
      { version: 1, name: '乙', substances: [{ cas: '7782-50-5', quantity_t: 5 }], working: { s: 2 } },
    ],
  });
  expect(second?.moved).toEqual([
    { field: 'substances', before: '7782-50-5 5', after: '7782-50-5 6' },
  ]);
  expect(first?.isNew).toBe(true);
});

test('a refused sheet is told line by line', () => {
  const errors = ['Row 3: unit: ppm measures amount, which is not the unit of a point of kind level.', 'Row 9: it has 9 cells, the header 8.']
    .map((message) => ({ field: 'row', message }));
  const problem = new Problem(422, '', 'Nothing was imported. Row 3: unit: x (141 more rows are wrong).', errors);
  const refusal = refusalOf(problem);
  expect(refusal.count).toBe(142);
  expect(inChinese("Input should be 'level', 'flow' or 'analog'")).toBe('须为以下之一：level、flow、analog。');
  expect(refusal.faults.map(({ row, field }) => [row, field])).toEqual([[3, 'unit'], [9, '']]);
  expect(refusal.faults.map(({ message }) => inChinese(message))).toEqual(['单位 ppm 与类型不符。', '有 9 个单元格，表头只有 8 列。']);
  const whole = refusalOf(new Problem(422, '', 'The sheet has no column unit: its first row must name the columns.'));
  expect(whole).toMatchObject({ count: 1, faults: [{ row: null, field: '' }] });
});

test('a rehearsal says of each line what it would bring', () => {
  const found = parseRehearsal({
    would_create: 1,
    would_update: 1,
    unchanged: 0,
    left_off: 4,
    lines: [
      { row: 2, enterprise: 'E1', tag: 'GT-1', action: 'new', before: null, after: { unit: 'ppm' } },
      { row: 3, enterprise: 'E1', tag: 'GT-2', action: 'changed', before: { name: null }, after: { name: '甲' } },
      { action: 'new' },
    ],
  });
  expect(found?.lines.map((line) => [line.row, line.action])).toEqual([[2, 'new'], [3, 'changed']]);
  expect(found?.lines[1]?.moved).toEqual([{ field: 'name', before: '', after: '甲' }]);
  expect(found?.leftOff).toBe(4);
  expect(isWorkbook(new Uint8Array([0x50, 0x4b, 3, 4]))).toBe(true);
  expect(isWorkbook(new Uint8Array([0xef, 0xbb, 0xbf]))).toBe(false);
  expect(template(['tag', 'unit'])).toBe('\ufefftag,unit\r\nGT-101,%LEL\r\n');
});

test('all words of what is sought have to be there, wherever', () => {
  expect(fitsWords('罐 gt-1', 'E1', 'GT-101', '罐区甲烷')).toBe(true);
  expect(fitsWords('罐 gt-2', 'E1', 'GT-101', '罐区甲烷')).toBe(false);
  expect(fitsWords('  ', 'E1')).toBe(true);
});

test('each part of the register has an address', () => {
  const routes: Route[] = [
    { screen: 'register', section: 'enterprises', enterprise: null, code: null },
    { screen: 'register', section: 'enterprises', enterprise: 'E1', code: null },
    { screen: 'register', section: 'points', enterprise: 'E1', code: 'a/b %' },
    { screen: 'register', section: 'import', enterprise: null, code: null },
  ];
  for (const route of routes) expect(parseRoute(hashOf(route))).toEqual(route);
  expect(parseRoute('#/register/nowhere')).toEqual(routes[0]);
});

test('a key place is typed as corners: a spot, a course, an area, and comes back as it was', () => {
  const shapes = [
    { type: 'Point', coordinates: [106.95, 38.22] },
    { type: 'LineString', coordinates: [[106.95, 38.22], [106.96, 38.22], [106.96, 38.23]] },
    AREA,
  ];
  const lines = ['106.95 38.22', '106.95 38.22\n106.96 38.22\n106.96 38.23', '107.44 38.21\n107.46 38.21\n107.46 38.22\n107.44 38.21'];
  shapes.forEach((geometry, i) => {
    const record = { kind: 'road', name: '经一路', points: ['GT-1', 'GT-2'], geometry };
    const form = formOf(PLACE, record);
    expect(form.facts['geometry']).toBe(lines[i]);
    expect(bodyOf(PLACE, form)).toEqual({ body: record, wrong: {} });
    expect(changeOf(PLACE, form, form)).toEqual({ body: {}, wrong: {} });
  });
  const wrong = { facts: { kind: 'road', name: 'x', geometry: '106.95' }, lists: {} };
  expect(bodyOf(PLACE, wrong).wrong).toEqual({ geometry: 'area' });
  expect(bodyOf(PLACE, { ...wrong, facts: { ...wrong.facts, geometry: ' ' } }).wrong).toEqual({ geometry: 'needed' });
});

test('an area with a hole is typed with an empty line between', () => {
  const hole = [[107.45, 38.212], [107.455, 38.212], [107.455, 38.214], [107.45, 38.212]];
  const geometry = { type: 'Polygon', coordinates: [...AREA.coordinates, hole] };
  const form = formOf(PLACE, { kind: 'other', name: 'x', points: [], geometry });
  expect(bodyOf(PLACE, form).body['geometry']).toEqual(geometry);
});

test('a derived point has a formula whose inputs are named one a line, and nothing of a sensor', () => {
  const formula = { expression: '(t1 + t2) / 2.0', inputs: { t1: 'TI-101', t2: 'TI 102' }, periods: 3 };
  const record = { kind: 'temperature', unit: 'Cel', reporting: 'periodic', formula };
  const form = formOf(DERIVED, record);
  expect(form.facts['formula.inputs']).toBe('t1 = TI-101\nt2 = TI 102');
  expect(bodyOf(DERIVED, form)).toEqual({ body: record, wrong: {} });
  const told = { ...form, facts: { ...form.facts, 'formula.expression': 't1' } };
  expect(changeOf(DERIVED, form, told).body).toEqual({ formula: { ...formula, expression: 't1' } });
  for (const inputs of ['TI-101', 't1 =', 'T1 = TI-101', 't1 = A\nt1 = B']) {
    const bad = { ...form, facts: { ...form.facts, 'formula.inputs': inputs } };
    expect(bodyOf(DERIVED, bad).wrong).toEqual({ 'formula.inputs': 'pairs' });
  }
  const names = DERIVED.facts.map(({ name }) => name);
  expect(names).not.toContain('gateway');
  expect(names).not.toContain('calibrated_on');
  expect(DERIVED.facts.find(({ name }) => name === 'kind')?.choices).not.toContain('valve');
});
