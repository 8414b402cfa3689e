import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { catalogue } from '../src/app/catalogue.svelte';
import { live } from '../src/app/live.svelte';
import { session } from '../src/app/session.svelte';
import { locale } from '../src/i18n/locale.svelte';
import { parseAlarm } from '../src/alarm/parse';
import { parsePerformance } from '../src/alarm/performance';
import { parsePoint } from '../src/point/point';
import { EMPTY, reduce } from '../src/live/reducer';
import AlarmScreen from '../src/screen/AlarmScreen.svelte';
import ApprovalsScreen from '../src/screen/ApprovalsScreen.svelte';
import HandoverScreen from '../src/screen/HandoverScreen.svelte';
import OffBoardScreen from '../src/screen/OffBoardScreen.svelte';
import StatisticsScreen from '../src/screen/StatisticsScreen.svelte';
import { served } from './served';

let asked: { url: string; method: string; body: unknown }[];
let answers: Record<string, unknown>;
let screen: Record<string, unknown> | null = null;

const raw = (id: string, more: object = {}) => ({
  id, enterprise: 'HX01', tag: id, grade: 3, state: 'unacknowledged', condition: 'H', limit: 50,
  value: 55, raised_at: 1_000, hazard_source: 'tanks', ...more,
});
const off = (how: string, by: string, more: object = {}) => ({
  state: how,
  off_board: { how, by, reason: '检修', since: 1_000, until: null, permit: null, approved_by: null, ...more },
});
const alarms = (...list: object[]) =>
  list.map(parseAlarm).filter((alarm) => alarm !== null);
const all = (testid: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${testid}"]`)];
const told = () => asked.filter(({ method }) => method !== 'GET');
const press = (key: string) => {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  flushSync();
};
const settle = async () => {
  for (let i = 0; i < 5; i++) await tick();
  await new Promise((resolve) => setTimeout(resolve, 0));
  flushSync();
};
const note = async (id: string, text: string) => {
  const input = all(id)[0] as HTMLInputElement;
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
  input.closest('form')?.requestSubmit();
  await settle();
};
const show = (...list: object[]) => {
  const points = { id: [], t: [], v: [], q: [] };
  live.state = reduce(EMPTY, [{ type: 'snapshot', seq: 1, alarms: alarms(...list), points }]);
};

beforeEach(() => {
  asked = [];
  answers = {};
  served((url, init) => {
    const body: unknown = init.body === undefined ? null : JSON.parse(String(init.body));
    asked.push({ url, method: init.method, body });
    const path = url.replace('/api/v1', '').replace(/\?.*/, '');
    return Promise.resolve(Response.json(answers[path] ?? {}));
  });
  session.token = 'secret';
  session.me = { username: 'zhang', role: 'supervisor', enterprise: null };
});

afterEach(async () => {
  if (screen) await unmount(screen);
  screen = null;
  vi.unstubAllGlobals();
});

test('what is off the board is listed with its reason, its parent and its way back', async () => {
  show(
    raw('LT-1', off('shelved', 'wang', { until: 9e12 })),
    raw('LT-2', off('out_of_service', 'wang', { permit: 'JX-12', approved_by: 'li', until: 9e12 })),
    raw('LT-3', off('suppressed', 'unit-stopped')),
    raw('LT-4'),
    raw('unit-stopped', { tag: 'UNIT-1', condition: 'unit_stopped', limit: null }),
  );
  answers['/alarms/LT-1/unshelve'] = raw('LT-1');
  screen = mount(OffBoardScreen, { target: document.body });
  flushSync();
  expect(all('off-row').map((row) => row.dataset['tag'])).toEqual(['LT-1', 'LT-2', 'LT-3']);
  const [first, second, third] = all('off-row').map((row) => row.textContent ?? '');
  expect(first).toContain('检修');
  expect(second).toContain('JX-12');
  expect(second).toContain('li');
  expect(third).toContain('UNIT-1');
  expect(all('put-back')).toHaveLength(2);
  all('put-back')[0]?.click();
  await settle();
  expect(told()).toEqual([]);
  await note('shelf-note', '已除冰');
  expect(told().map(({ url, method, body }) => [method, url, body])).toEqual([
    ['POST', '/api/v1/alarms/LT-1/unshelve', { note: '已除冰' }],
  ]);
  expect(all('shelve-dialog')).toHaveLength(0);
});

test('the way back out of service is another one', async () => {
  show(raw('LT-2', off('out_of_service', 'wang', { until: 9e12 })));
  screen = mount(OffBoardScreen, { target: document.body });
  flushSync();
  all('put-back')[0]?.click();
  await settle();
  await note('out-note', '');
  expect(told()[0]?.url).toBe('/api/v1/alarms/LT-2/return-to-service');
});

test('a rule that is proposed is told in words beside the one in force', async () => {
  catalogue.points = [parsePoint({ id: 1, enterprise: 'HX01', tag: 'LT-1', kind: 'level', unit: '%' })!];
  answers['/approvals'] = {
    items: [{
      id: 'one', enterprise: 'HX01', action: 'change_rule', alarm: '', minutes: 0, reason: '提前预警',
      applicant: 'wang', applied_at: '2026-01-04T00:00:00Z', expires_at: '2099-01-11T00:00:00Z',
      state: 'pending', subject: { type: 'point', id: 'LT-1' }, grade: 3, rule: 'r1',
      proposal: { enterprise: 'HX01', tag: 'LT-1', condition: 'H', limit: 75, grade: 3 },
    }],
    next: null,
  };
  answers['/rules/r1'] = { id: 'r1', kind: 'limit', tag: 'LT-1', condition: 'H', limit: 80, grade: 3 };
  screen = mount(ApprovalsScreen, { target: document.body });
  await settle();
  await settle();
  const row = all('approval-row')[0]?.textContent ?? '';
  for (const said of ['修改规则', 'LT-1', '提前预警', 'H 高报 ≥ 75 %', '现行：H 高报 ≥ 80 %']) {
    expect(row).toContain(said);
  }
  catalogue.clear();
});

test('a second person approves, and nobody what they asked for themselves', async () => {
  const approval = (id: string, applicant: string) => ({
    id, enterprise: 'HX01', action: 'shelve', alarm: 'LT-1', reason: '标定', minutes: 20, applicant,
    applied_at: '2026-01-04T00:00:00Z', expires_at: '2099-01-04T00:30:00Z', state: 'pending',
  });
  show(raw('LT-1', { grade: 2 }));
  answers['/approvals'] = { items: [approval('one', 'wang'), approval('two', 'zhang')], next: null };
  screen = mount(ApprovalsScreen, { target: document.body });
  await settle();
  const buttons = all('approve') as HTMLButtonElement[];
  expect(buttons.map((each) => each.disabled)).toEqual([false, true]);
  expect(all('approval-row')[0]?.textContent).toContain('LT-1');
  buttons[0]?.click();
  flushSync();
  document.querySelector<HTMLFormElement>('[data-testid="approval-dialog"] form')?.requestSubmit();
  await settle();
  expect(asked.filter(({ method }) => method === 'POST')).toEqual([
    { url: '/api/v1/approvals/one/approve', method: 'POST', body: {} },
  ]);
});

test('one key groups a flood, another chooses a group; grade 1 and every row stay in reach', () => {
  show(
    raw('GT-1', { grade: 1, hazard_source: 'wharf' }),
    raw('LT-1', { first_out_rank: 1 }),
    raw('LT-2', { first_out_rank: 2, raised_at: 2_000 }),
    raw('TI-1', { hazard_source: 'reactor', raised_at: 3_000 }),
  );
  screen = mount(AlarmScreen, { target: document.body, props: { view: 'current' } });
  flushSync();
  const tags = () => all('alarm-row').map((row) => row.dataset['tag']);
  const before = tags();
  expect(all('first-out')).toHaveLength(1);
  press('g');
  expect(all('group').map((each) => each.dataset['source'])).toEqual(['wharf', 'tanks', 'reactor']);
  expect(tags()[0], 'grade 1 on top').toBe('GT-1');
  expect([...tags()].sort()).toEqual([...before].sort());
  press(']');
  press(']');
  expect(tags()).toEqual(['GT-1', 'LT-2', 'LT-1']);
  press('[');
  press('[');
  expect(tags()).toHaveLength(4);
  press('g');
  expect(tags()).toEqual(before);
  expect(all('group')).toEqual([]);
});

test('a figure is met, to be managed, or missed', () => {
  const found = parsePerformance({
    start: '2026-01-01T00:00:00Z', end: '2026-01-31T00:00:00Z',
    per_day: 200, per_hour: 13, per_ten_minutes: 1, chattering: [{ count: 3 }],
    targets: { per_day: 150, per_hour: 6, per_ten_minutes: 1, chattering: 0 },
    manageable: { per_day: 300, per_hour: 12, per_ten_minutes: 2 },
  });
  const verdicts = Object.fromEntries(found?.figures.map((f) => [f.figure, f.verdict]) ?? []);
  expect(verdicts).toMatchObject({
    per_day: 'manageable', per_hour: 'missed', per_ten_minutes: 'met', chattering: 'missed',
  });
});

test('a target of none is said as none, in both languages: nothing is below it', async () => {
  answers['/statistics/alarms'] = {
    start: '2026-01-01T00:00:00Z', end: '2026-01-31T00:00:00Z',
    targets: { per_day: 150, chattering: 0 }, manageable: { per_day: 300 },
  }; // prettier-ignore
  screen = mount(StatisticsScreen, { target: document.body });
  await settle();
  const targetOf = (figure: string) => document.querySelector(`[data-figure="${figure}"]`)?.children[2]?.textContent;
  expect([targetOf('per_day'), targetOf('chattering')]).toEqual(['≤ 150', '0（无）']);
  locale.language = 'en';
  flushSync();
  expect(targetOf('chattering')).toBe('0 (none)');
  locale.language = 'zh-CN';
});

test('the hand-over tells what is off the board, and what it cannot know', async () => {
  answers['/handover'] = {
    at: '2026-01-04T12:00:00Z', since: '2026-01-04T00:00:00Z', by: 'zhang', snapshot_from: 'engine',
    degraded: ['database'], counts: [{ grade: 1, standing: 2, unacknowledged: 1 }],
    off_board: [{ how: 'shelved', count: 1, by_grade: {} }],
    off_board_alarms: [raw('LT-1', off('shelved', 'wang'))],
    unacknowledged: [raw('GT-1', { grade: 1 })], floods: [], approvals: null, record: null,
  };
  screen = mount(HandoverScreen, { target: document.body });
  await settle();
  expect(all('handover-off')[0]?.dataset['count']).toBe('1');
  expect(all('handover-off-list')[0]?.textContent).toContain('LT-1');
  expect(all('handover')[0]?.textContent).toContain('数据库无应答');
});
