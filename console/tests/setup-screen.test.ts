import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { acknowledge } from '../src/app/acknowledge.svelte';
import { catalogue } from '../src/app/catalogue.svelte';
import { session } from '../src/app/session.svelte';
import AlarmDetail from '../src/part/AlarmDetail.svelte';
import { parsePoint } from '../src/point/point';
import SetupScreen from '../src/screen/SetupScreen.svelte';
import { served } from './served';

let asked: { path: string; query: string; method: string; body: unknown }[];
let answers: Record<string, { status?: number; body: unknown }>;
let part: Record<string, unknown> | null = null;

const RULE = {
  id: 's1', version: 2, enterprise: 'E', name: '泵停', text: 'XS-1 断时抑制', reason: '无流量', grade: 3,
  off_delay_s: 60, condition: { kind: 'state', tag: 'XS-1', states: ['off'] },
  targets: [{ tag: 'FT-1', alarm: 'low' }],
  now: { phase: 'holding', text: '正在抑制', since: 1000, until: null, suppressed: 1 },
}; // prettier-ignore
const GROUP = { enterprise: 'E', code: 'ring', name: '罐区', kind: 'gas', members: ['GT-1', 'GT-2'] };
const figures = Object.fromEntries(
  ['1', '2', '3', '4'].map((grade) => [grade, { longest_minutes: 0, alone_minutes: 0 }]),
);
const POLICY = { version: 4, policy: { shelf: figures, out_of_service: figures }, laxer: [], set_by: 'li',
  valid_from: '2026-01-04T00:00:00Z', reason: '检修' }; // prettier-ignore
const page = (...items: object[]) => ({ body: { items, next: null } });

const all = (id: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
const field = (id: string) => all(id)[0] as HTMLInputElement;
const writes = () =>
  asked.filter(({ method }) => method !== 'GET').map(({ path, method, body }) => [method, path, body]);
const settle = async () => {
  for (let i = 0; i < 5; i++) await tick();
  await new Promise((resolve) => setTimeout(resolve, 0));
  flushSync();
};
const type = (id: string, value: string) => {
  field(id).value = value;
  field(id).dispatchEvent(new Event('input', { bubbles: true }));
  field(id).dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
};
const press = async (key: string) => {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  await settle();
};
const submit = async (form: HTMLElement | null | undefined) => {
  (form as HTMLFormElement | null)?.requestSubmit();
  await settle();
};
const show = async (section: string, role: 'supervisor' | 'operator' = 'supervisor') => {
  session.me = { username: 'zhang', role, enterprise: null };
  part = mount(SetupScreen, { target: document.body });
  await settle();
  all(`setup-${section}`)[0]?.click();
  await settle();
};
const pick = async () => {
  document.querySelector<HTMLElement>('button.pick')?.click();
  await settle();
};

beforeEach(() => {
  asked = [];
  answers = {
    '/suppressions': page(RULE),
    '/suppressions/s1': { body: { ...RULE, versions: [{ ...RULE, created_by: 'wang' }] } },
    '/groups': page(GROUP),
    '/shelving-policy': { body: POLICY },
    '/shelving-policy/versions': page(POLICY),
    '/ended-rules': page({ id: 'r1', enterprise: 'E', sort: 'limit', kind: 'HH', tag: 'GT-1', limit: 50,
      grade: 1, ended_at: '2026-01-04T00:00:00Z', ended_by: 'wang', ended_reason: '探头拆除' }),
  }; // prettier-ignore
  served((url, init) => {
    const [path = '', query = ''] = url.replace('/api/v1', '').split('?');
    const body: unknown = init.body === undefined ? null : JSON.parse(String(init.body));
    asked.push({ path, query, method: init.method, body });
    const { status = 200, body: told } = answers[`${init.method} ${path}`] ?? answers[path] ?? { body: {} };
    return Promise.resolve(Response.json(told, { status }));
  });
  session.token = 'secret';
  catalogue.points = [
    { id: 1, enterprise: 'E', tag: 'XS-1', kind: 'switch', unit: 'state' },
    { id: 2, enterprise: 'E', tag: 'FT-1', kind: 'flow', unit: 'm3/h', hazard_source: 'H-1' },
    { id: 3, enterprise: 'E', tag: 'GT-1', kind: 'combustible_gas', unit: '%LEL' },
  ].flatMap((raw) => parsePoint(raw) ?? []);
});

afterEach(async () => {
  if (part) await unmount(part);
  part = null;
  vi.unstubAllGlobals();
});

test('a rule of suppression is made by keyboard, and refused by its fields', async () => {
  await show('suppressions');
  await press('n');
  expect(document.activeElement).toBe(field('rule-enterprise'));
  await submit(field('suppression-form'));
  expect(writes()).toEqual([]);
  expect(document.activeElement?.getAttribute('aria-invalid')).toBe('true');
  type('rule-enterprise', 'E');
  type('rule-name', '停车');
  type('rule-tag', 'XS-1');
  expect(document.querySelector('.states')?.textContent).not.toContain('故障');
  (document.querySelector('.states input') as HTMLInputElement).click();
  type('rule-targets', 'FT-1');
  field('rule-targets').dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }),
  );
  flushSync();
  expect(all('targets')[0]?.textContent).toContain('FT-1 · 全部报警');
  type('rule-reason', '泵停无流量');
  answers['POST /suppressions'] = {
    status: 422,
    body: { detail: 'x', errors: [{ field: 'targets.0.tag', message: 'It is gas.' }] },
  };
  await submit(field('suppression-form'));
  expect(all('rule-targets-wrong')[0]?.textContent).toBe('It is gas.');
  answers['POST /suppressions'] = { status: 201, body: RULE };
  await submit(field('suppression-form'));
  expect(writes()[1]).toEqual(['POST', '/suppressions', {
    enterprise: 'E', name: '停车', grade: 3, off_delay_s: 60, reason: '泵停无流量',
    condition: { kind: 'state', tag: 'XS-1', states: ['off'] }, targets: [{ tag: 'FT-1', alarm: null }],
  }]); // prettier-ignore
  expect(acknowledge.sentence).toContain('停车');
  expect(all('suppression-form')).toHaveLength(0);
});

test('a rule of suppression is changed as another version, and removed with a reason', async () => {
  await show('suppressions');
  await pick();
  expect(all('suppression-detail')[0]?.textContent).toContain('wang');
  await press('e');
  type('rule-off_delay_s', '0');
  await submit(field('suppression-form'));
  expect(writes()[0]?.slice(0, 2)).toEqual(['PUT', '/suppressions/s1']);
  expect(writes()[0]?.[2]).toMatchObject({ off_delay_s: 0, targets: [{ tag: 'FT-1', alarm: 'low' }] });
  await press('d');
  type('removal-reason', '泵已拆除');
  await submit(field('removal-reason').closest('form'));
  const last = asked.findLast(({ method }) => method === 'DELETE');
  expect([last?.path, decodeURIComponent(last?.query ?? '')]).toEqual([
    '/suppressions/s1', 'reason=泵已拆除',
  ]); // prettier-ignore
});

test('who may not configure looks and changes nothing', async () => {
  await show('suppressions', 'operator');
  await pick();
  for (const key of ['n', 'e', 'd']) await press(key);
  expect([all('suppression-form'), all('removal'), writes()]).toEqual([[], [], []]);
  all('setup-policy')[0]?.click();
  await settle();
  expect([field('policy-shelf.3.longest').readOnly, all('form-save').length]).toEqual([true, 0]);
});

test('the policy is set whole, with a reason, and its default is marked where it is laxer', async () => {
  await show('policy');
  expect(field('policy-version').dataset['version']).toBe('4');
  expect(field('policy-shelf.1.longest').readOnly).toBe(true);
  type('policy-shelf.4.longest', '1000');
  expect(all('policy')[0]?.textContent).toContain('宽于默认规定');
  await submit(field('policy-form'));
  expect(writes()).toEqual([]);
  expect(document.activeElement).toBe(field('rule-reason'));
  type('rule-reason', '大修');
  answers['PUT /shelving-policy'] = { body: { ...POLICY, version: 5 } };
  await submit(field('policy-form'));
  const sent = writes()[0]?.[2] as { policy: { shelf: Record<string, object> } };
  expect(sent.policy.shelf['4']).toEqual({ longest_minutes: 1000, alone_minutes: 0 });
  expect(acknowledge.sentence).toContain('5');
});

test('a group is registered, changed and removed; one that rules hold says so', async () => {
  await show('groups');
  // Its desk is fetched when it is asked for.
  await vi.waitFor(() => {
    flushSync();
    expect(all('detector-group-row')).toHaveLength(1);
  }, 20_000);
  await pick();
  expect(all('detector-group-detail')[0]?.textContent).toContain('GT-2');
  await press('e');
  expect(field('rule-code').disabled).toBe(true);
  type('rule-members', 'GT-1');
  await submit(field('group-form'));
  expect(writes()[0]).toEqual(['PATCH', '/groups/E/ring', {
    name: '罐区', name_en: null, kind: 'gas', members: ['GT-1', 'GT-2'],
  }]); // prettier-ignore
  await press('d');
  answers['DELETE /groups/E/ring'] = { status: 409, body: { detail: 'code: rules are over it' } };
  expect(all('removal-reason')).toHaveLength(0);
  await submit(all('removal')[0]?.querySelector('form'));
  expect(all('removal')[0]?.textContent).toContain('rules are over it');
});

test('who ended a rule, and why, is listed, and told of the alarm that it withdrew', async () => {
  await show('ended');
  expect(all('ended-row')[0]?.textContent).toMatch(/HH 高高报 ≥ 50 %LEL.*wang.*探头拆除/s);
  await unmount(part!);
  answers['/rules/r1'] = { body: { versions: [{
    id: 'r1', kind: 'limit', tag: 'GT-1', condition: 'HH', limit: 50, ended_by: 'wang',
    ended_reason: '探头拆除', valid_to: '2026-01-04T00:00:00Z',
  }] } }; // prettier-ignore
  const alarm = parseAlarm({ id: 'a', enterprise: 'E', tag: 'GT-1', grade: 1, state: 'normal', limit: 50,
    condition: 'HH', closed_as: 'withdrawn', rule: 'r1', raised_at: 1000 })!; // prettier-ignore
  const nothing = () => undefined;
  part = mount(AlarmDetail, {
    target: document.body,
    props: { alarm, gone: false, note: '', onack: nothing, onshelve: nothing, onout: nothing },
  });
  await settle();
  expect(all('rule-end')[0]?.textContent).toMatch(/wang.*探头拆除/s);
});
