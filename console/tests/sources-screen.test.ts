import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import SourcesScreen from '../src/screen/SourcesScreen.svelte';
import { session } from '../src/app/session.svelte';
import { hashOf, parseRoute } from '../src/route/route';
import { parseRegister } from '../src/source/record';
import { parseStatus } from '../src/source/status';
import { gravest, parseTenant, worst } from '../src/source/tree';
import { served } from './served';

let screen: Record<string, unknown> | null = null;
let answers: Record<string, unknown>;
const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const shown = (check: () => void) =>
  vi.waitFor(() => {
    flushSync();
    check();
  });

const CALM = { code: 'HS-2', registered: true, level: 4, r: 1.8, risk_level: 4, risk_index: 6 };
const HOT = {
  code: 'HS-1',
  name: '液氯储存',
  registered: true,
  grade: 1,
  active: 2,
  off_board: 1,
  level: 3,
  r: 48,
  risk_level: 2,
  risk_index: 52.04,
  points: 8,
  points_online: 7,
  equipment: [{ name: 'V-301', grade: 1, points: 4 }],
};
const UNKNOWN = { code: 'HS-9', registered: false, level: null, risk_level: 4, risk_index: 0 };
const TREE = {
  items: [{ code: 'E2', name: '瑞泰', grade: 1, hazard_sources: [CALM, HOT, UNKNOWN] }],
  next: null,
};
const STATUS = {
  grade: 1,
  risk_level: 2,
  risk: {
    index: 52.04,
    contributions: [
      { factor: 'static_level', value: 12, uncapped: 12, most: 25 },
      { factor: 'alarms', value: 40.04, uncapped: 90, most: 60 },
    ],
    definition: '非主管部门公式',
  },
  why: { note: null },
  alarms: [{ id: 'a', tag: 'AT-301', enterprise: 'E2', grade: 1, state: 'unacknowledged' }],
  interlocks: [{ tag: 'ESD-301', state: 'bypass_maintenance', out: true }],
};
const RECORD = {
  s: 10,
  r: 48,
  level: 3,
  working: { formula_s: 'S = 50/5 = 10', terms: [{ name: 'chlorine', quantity_t: 50 }] },
  responsible: { chief: { name: '吴建华', phone: '025-5555 0201' }, technical: null },
  filing_expires_on: '2020-01-01',
};

function open(enterprise: string | null, code: string | null): void {
  session.me = { username: 'zhang', role: 'operator', enterprise: null };
  screen = mount(SourcesScreen, { target: document.body, props: { enterprise, code } });
  flushSync();
}

beforeEach(() => {
  answers = {
    '/tree': TREE,
    '/hazard-sources/E2/HS-1/status': STATUS,
    '/hazard-sources/E2/HS-1': RECORD,
  };
  served((url) => {
    const found = answers[url.replace('/api/v1', '').split('?')[0] ?? ''];
    return Promise.resolve(
      found === undefined ? Response.json({}, { status: 503 }) : Response.json(found),
    );
  });
});

afterEach(async () => {
  if (screen) await unmount(screen);
  screen = null;
  session.signOut();
  vi.unstubAllGlobals();
});

test('the gravest source comes first, with its grade and its risk as two marks', async () => {
  open(null, null);
  await shown(() => expect(document.querySelectorAll('[data-testid="source-row"]').length).toBe(3));
  const rows = [...document.querySelectorAll<HTMLElement>('[data-testid="source-row"]')];
  expect(rows.map((row) => row.dataset['source'])).toEqual(['HS-1', 'HS-2', 'HS-9']);
  expect(rows[0]?.querySelector('svg')?.getAttribute('aria-label')).toContain('重大');
  expect(rows[0]?.querySelector<HTMLElement>('[data-risk]')?.dataset['risk']).toBe('2');
  expect(rows[0]?.textContent).toContain('三级');
  expect(rows[2]?.textContent).toContain('未登记');
  expect(rows.map((row) => row.textContent?.includes('未接入监测点'))).toEqual([false, true, true]);
  expect(find('park-grade')?.dataset['grade']).toBe('1');
  expect(find('source-legend')?.textContent).toContain('动态风险指数');
});

test('a chosen source shows what its index is made of, its working and who answers', async () => {
  open('E2', 'HS-1');
  await shown(() => expect(find('source-risk')?.dataset['index']).toBe('52.04'));
  const factors = [...document.querySelectorAll<HTMLElement>('[data-factor]')];
  expect(factors.map((each) => Number(each.dataset['value'])).reduce((a, b) => a + b)).toBe(52.04);
  expect(factors[1]?.textContent).toContain('封顶前 90');
  expect(find('source-alarms')?.textContent).toContain('AT-301');
  expect(find('source-interlocks')?.textContent).toContain('未投用');
  await shown(() => expect(find('source-working')?.textContent).toContain('S = 50/5 = 10'));
  expect(find('source-responsible')?.textContent).toContain('吴建华');
  expect(find('source-detail')?.textContent).toContain('已过期');
});

test('a level that rests on a declared class says so, and one of the table does not', async () => {
  open('E2', 'HS-1');
  await shown(() => expect(find('source-working')?.textContent).toContain('S = 50/5 = 10'));
  expect(find('source-working')?.textContent).not.toContain('待核实');
  if (screen) await unmount(screen);
  answers['/hazard-sources/E2/HS-1'] = { ...RECORD, working: { ...RECORD.working, certain: false } };
  open('E2', 'HS-1');
  await shown(() => expect(find('source-working')?.textContent).toContain('待核实'));
});

test('a source that cannot be read says so and is not shown as calm', async () => {
  delete answers['/hazard-sources/E2/HS-1/status'];
  open('E2', 'HS-1');
  await shown(() => expect(find('source-detail')?.textContent).toContain('无法读取该危险源'));
  expect(find('source-alarms')).toBeNull();
});

test('what cannot be read is taken for the worse', () => {
  const tenant = parseTenant({ code: 'E', hazard_sources: [{ code: 'H' }, { name: 'no code' }] });
  expect(tenant?.sources.map((each) => [each.riskLevel, each.riskIndex])).toEqual([[1, 100]]);
  expect(parseStatus({})?.riskLevel).toBe(1);
  expect(parseStatus('x')).toBeNull();
  expect(parseRegister({})?.people.chief).toBeNull();
});

test('the worst grade and the gravest order', () => {
  const sources = parseTenant(TREE.items[0])?.sources ?? [];
  expect(worst(sources)).toBe(1);
  expect(worst([])).toBeNull();
  expect([...sources].sort(gravest)[0]?.code).toBe('HS-1');
});

test('a source has an address', () => {
  const route = { screen: 'sources', enterprise: 'E2', code: 'HS-1' } as const;
  expect(parseRoute(hashOf(route))).toEqual(route);
  expect(parseRoute('#/sources')).toEqual({ screen: 'sources', enterprise: null, code: null });
});
