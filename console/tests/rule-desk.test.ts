import { flushSync, mount, tick, unmount, type Component } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { acknowledge } from '../src/app/acknowledge.svelte';
import { session } from '../src/app/session.svelte';
import { parseAlarm } from '../src/alarm/parse';
import PointRules from '../src/part/PointRules.svelte';
import RuleForm from '../src/part/RuleForm.svelte';
import TemplateChooser from '../src/part/TemplateChooser.svelte';
import { parsePoint } from '../src/point/point';
import { parseAnyRule } from '../src/point/rule';
import { served } from './served';

type Role = NonNullable<typeof session.me>['role'];
let asked: { path: string; method: string; body: unknown }[];
let answers: Record<string, { status?: number; body: unknown }>;
let part: Record<string, unknown> | null = null;

const point = parsePoint({ id: 1, enterprise: 'E', tag: 'LI-1', kind: 'level', unit: '%' })!;
const HIGH = {
  id: 'r1', version: 2, kind: 'limit', tag: 'LI-1', condition: 'H', limit: 80, grade: 3, deadband: 5,
  action: '停泵', respond_within_s: 300, source: 'AQ 3035', basis: '85 %',
}; // prettier-ignore
const RATE = { id: 'd1', version: 1, kind: 'rate', tag: 'LI-1', limit_per_min: 2, span_s: 60, grade: 2 };
const rules = [HIGH, RATE].map((raw) => parseAnyRule(raw)!);

const all = (id: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
const field = (id: string) => all(id)[0] as HTMLInputElement;
const writes = () => asked.filter(({ method }) => method !== 'GET');
const settle = async () => {
  for (let i = 0; i < 5; i++) await tick();
  await new Promise((resolve) => setTimeout(resolve, 0));
  flushSync();
};
const type = (id: string, value: string) => {
  field(id).value = value;
  field(id).dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
};
const submit = async (id: string) => {
  document.querySelector<HTMLFormElement>(`[data-testid="${id}"]`)?.requestSubmit();
  await settle();
};

async function show<P extends Record<string, unknown>>(which: Component<P>, props: P): Promise<void> {
  part = mount(which, { target: document.body, props });
  await settle();
}

const nothing = () => undefined;
const list = (role: Role, faults = new Map()) => {
  session.me = { username: 'zhang', role, enterprise: null };
  return show(PointRules, {
    rules, point, faults, problem: null, onadd: nothing, ontemplate: nothing, onchange: nothing,
    onremoved: nothing,
  }); // prettier-ignore
};
const form = (known: (typeof rules)[number] | null, onsaved = vi.fn()) =>
  show(RuleForm, { point, known, rules, onclose: nothing, onsaved }).then(() => onsaved);

beforeEach(() => {
  asked = [];
  answers = {};
  acknowledge.say('', false);
  served((url, init) => {
    const path = url.replace('/api/v1', '').replace(/\?.*/, '');
    const body: unknown = init.body === undefined ? null : JSON.parse(init.body);
    asked.push({ path, method: init.method, body });
    const found = answers[path] ?? { body: {} };
    return Promise.resolve(Response.json(found.body, { status: found.status ?? 200 }));
  });
  session.token = 'secret';
  session.me = { username: 'li', role: 'supervisor', enterprise: null };
});

afterEach(async () => {
  if (part) await unmount(part);
  part = null;
  vi.unstubAllGlobals();
});

test('every rule is listed with how it judges; one that cannot judge says so', async () => {
  const fault = parseAlarm({
    id: 'f', enterprise: 'E', tag: null, subject: { type: 'rule', id: 'd1' }, rule: 'undetermined',
    condition: 'undetermined', grade: 3, state: 'unacknowledged', raised_at: 1,
    message: { code: 'undetermined', params: { fault: 'x', fault_zh: '监测点未登记' }, text: '' },
  }); // prettier-ignore
  await list('operator', new Map([['d1', fault]]));
  expect(all('rule').map((row) => row.dataset['kind'])).toEqual(['limit', 'rate']);
  const [limit, rate] = all('rule').map((row) => row.textContent ?? '');
  expect(limit).toContain('H 高报 ≥ 80 %');
  expect(limit).toContain('第 2 版');
  expect(limit).toContain('处置措施（300 秒内）：停泵');
  expect(rate).toContain('未判定');
  expect(rate).toContain('未作报警合理化说明');
  all('rule-open')[1]?.click();
  await settle();
  expect(all('rule-detail')[0]?.textContent).toContain('监测点未登记');
});

test.each([
  ['supervisor', 1],
  ['admin', 1],
  ['operator', 0],
  ['inspector', 0],
  ['regulator', 0],
] as const)('the %s sees the buttons or does not', async (role, count) => {
  await list(role);
  all('rule-open')[0]?.click();
  await settle();
  for (const id of ['rule-new', 'rule-template', 'rule-change', 'rule-remove']) {
    expect(all(id)).toHaveLength(count);
  }
  expect(all('rule-detail')[0]?.textContent).toContain('AQ 3035');
});

test('an enterprise asks for a rule, says why, and is told that it waits', async () => {
  answers['/rules'] = { status: 202, body: { approval: { id: 'a' } } };
  answers['/rules/r1'] = { status: 202, body: { approval: { id: 'b' } } };
  await list('enterprise');
  expect(all('rule-new')[0]?.textContent).toContain('申请');
  expect(all('rule-template')).toHaveLength(0);
  all('rule-open')[0]?.click();
  await settle();
  field('rule-remove').click();
  await settle();
  type('rule-removal-reason', '已拆除');
  document.querySelector<HTMLFormElement>('[data-testid="rule-removal"] form')?.requestSubmit();
  await settle();
  expect(writes()[0]).toEqual({ path: '/rules/r1', method: 'DELETE', body: null });
  await unmount(part!);
  const saved = await form(null);
  expect(all('backtest')).toHaveLength(0);
  type('rule-limit', '70');
  await submit('rule-form');
  expect(all('rule-reason-wrong')).toHaveLength(1);
  type('rule-reason', '提前预警');
  await submit('rule-form');
  expect(writes()[1]).toMatchObject({ path: '/rules', body: { limit: 70, reason: '提前预警' } });
  expect(acknowledge.sentence).toContain('批准前不生效');
  expect(saved).toHaveBeenCalledOnce();
});

test('a rule is removed once that is confirmed', async () => {
  await list('supervisor');
  all('rule-open')[0]?.click();
  await settle();
  field('rule-remove').click();
  await settle();
  expect(all('rule-removal')[0]?.textContent).toContain('≥ 80 %');
  expect(writes()).toEqual([]);
  document.querySelector<HTMLFormElement>('[data-testid="rule-removal"] form')?.requestSubmit();
  await settle();
  expect(writes()).toEqual([{ path: '/rules/r1', method: 'DELETE', body: null }]);
});

test('what is wrong is said at its field, before and after it was sent', async () => {
  const saved = await form(null);
  await submit('rule-form');
  expect(writes()).toEqual([]);
  expect(field('rule-limit').getAttribute('aria-invalid')).toBe('true');
  expect(document.activeElement).toBe(field('rule-limit'));
  type('rule-limit', '70');
  expect(all('rule-limit-wrong')).toHaveLength(0);
  const errors = [{ in: 'body', field: 'limit', message: 'HH must lie above H at 80' }];
  answers['/rules'] = { status: 422, body: { detail: 'limit: HH must lie above H', errors } };
  await submit('rule-form');
  expect(all('rule-limit-wrong')[0]?.textContent).toBe('HH must lie above H at 80');
  expect(all('rule-refused')[0]?.textContent).toContain('未生效');
  expect(saved).not.toHaveBeenCalled();
});

test('a level that another rule stands for is not offered', async () => {
  await form(null);
  const offered = [...document.querySelectorAll<HTMLOptionElement>('[data-testid="rule-condition"] option')];
  expect(offered.filter((each) => each.disabled).map((each) => each.value)).toEqual(['H']);
  expect(field('rule-condition').value).not.toBe('H');
});

test('a change is another version; what waits for a second person is said to wait', async () => {
  answers['/rules/r1'] = { status: 202, body: { approval: { id: 'a' } } };
  const saved = await form(rules[0]!);
  expect((field('rule-kind') as unknown as HTMLSelectElement).disabled).toBe(true);
  type('rule-limit', '82');
  await submit('rule-form');
  const [put] = writes();
  expect(put).toMatchObject({ path: '/rules/r1', method: 'PUT', body: { limit: 82, action: '停泵' } });
  expect(acknowledge.sentence).toContain('等待另一人批准');
  expect(saved).toHaveBeenCalledOnce();
});

test('a rule is tried on the past: what comes, what goes, and what could not be judged', async () => {
  const load = (alarms: number) => ({ alarms, by_grade: [0, 0, alarms, 0], floods: [] });
  const tried = { tag: 'LI-1', condition: 'H', grade: 3, value: 83, raised_at: '2026-01-02T00:00:00Z', ended_at: null };
  answers['/rules/backtest'] = {
    body: {
      start: '2026-01-01T00:00:00Z', end: '2026-01-08T00:00:00Z', points: 1, readings: 9, left_out: 4,
      today: load(0), proposed: load(1), appearing: 1, vanishing: 0, appears: [tried], vanishes: [],
    },
  }; // prettier-ignore
  await form(rules[0]!);
  const condition = field('rule-condition') as unknown as HTMLSelectElement;
  condition.value = 'HH';
  condition.dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
  all('backtest-run')[0]?.click();
  await settle();
  expect(writes()[0]?.body).toMatchObject({ without: ['r1'], rules: [{ condition: 'HH', limit: 80 }] });
  expect(all('backtest-result')[0]?.dataset).toMatchObject({ today: '0', proposed: '1' });
  expect(all('backtest-appears')[0]?.textContent).toContain('83 %');
  expect(all('backtest-unjudged')[0]?.textContent).toContain('4 个读数');
  expect(all('backtest-outdated')).toHaveLength(0);
  type('rule-limit', '90');
  expect(all('backtest-outdated')).toHaveLength(1);
});

test('what is chosen of a template is put in force with its name, and what stands is not offered', async () => {
  answers['/points/E/LI-1/template'] = {
    body: {
      tag: 'LI-1', why_not: null,
      proposals: [
        { condition: 'H', limit: 85, grade: 3, source: 'AQ 3035', basis: 'b', trust: 'unproved', rule: 'r1' },
        { condition: 'HH', limit: 90, grade: 2, source: 'AQ 3035', basis: 'b', trust: 'unproved', rule: null },
      ],
    },
  }; // prettier-ignore
  answers['/points/E/LI-1/template/detectors'] = {
    body: { tag: 'LI-1', proposals: [{ name: 'signal', kind: 'signal_band', fields: {}, grade: 3, source: 'NAMUR NE 43', basis: 'c', trust: 'restated', rule: null }] },
  }; // prettier-ignore
  await show(TemplateChooser, { point, onclose: nothing, onsaved: nothing });
  const boxes = all('proposal').map((row) => row.querySelector('input')!);
  expect(boxes.map((each) => each.disabled)).toEqual([true, false, false]);
  expect(all('proposal')[1]?.textContent).toContain('惯用值，无条文依据');
  boxes[1]?.click();
  boxes[2]?.click();
  flushSync();
  await submit('template-form');
  expect(writes()).toEqual([
    { path: '/points/E/LI-1/template', method: 'POST', body: { conditions: ['HH'] } },
    { path: '/points/E/LI-1/template/detectors', method: 'POST', body: { names: ['signal'] } },
  ]);
});
