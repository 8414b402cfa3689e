import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import ConnectionsScreen from '../src/screen/ConnectionsScreen.svelte';
import { session, type Role } from '../src/app/session.svelte';
import type { ConnectionView } from '../src/route/route';
import { served } from './served';

/** What the server says to a path; a number is a refusal with this status. */
type Answers = Record<string, unknown>;

let screen: Record<string, unknown> | null = null;
let answers: Answers;
const asked: string[] = [];

const AT = '2026-01-04T16:00:00.000Z';
const TAG = { enterprise: 'HX01', tag: 'TI-9', gateway: 'gw1', first_at: AT, last_at: AT };
const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const shown = (check: () => void) =>
  vi.waitFor(() => {
    flushSync();
    check();
  });

function answer(url: string): Response {
  const path = url.replace('/api/v1', '').split('?')[0] ?? '';
  asked.push(path);
  const found = answers[path] ?? { items: [], next: null };
  if (typeof found === 'number') return Response.json({ title: 'no' }, { status: found });
  return Response.json(found);
}

function open(view: ConnectionView, role: Role, given: Answers = {}): void {
  answers = given;
  session.me = { username: 'zhang', role, enterprise: null };
  screen = mount(ConnectionsScreen, { target: document.body, props: { view } });
  flushSync();
}

beforeEach(() => {
  asked.length = 0;
  served((url) => Promise.resolve(answer(url)));
});

afterEach(async () => {
  if (screen) await unmount(screen);
  screen = null;
  session.signOut();
  vi.unstubAllGlobals();
});

const text = (id: string): string => find(id)?.textContent ?? '';

test('a list is loading, then empty, and says each', async () => {
  open('gaps', 'operator');
  expect(text('gap-list')).toContain('正在读取');
  await shown(() => expect(text('gap-list')).toContain('没有缺失的报文'));
});

test('a list that cannot be read says why, and is read again when asked', async () => {
  open('gaps', 'operator', { '/gaps': 503 });
  await shown(() => expect(text('gap-list')).toContain('服务暂不可用'));
  expect(text('gap-list')).not.toContain('没有缺失的报文');
  answers = {};
  find('gap-list')?.querySelector('button')?.click();
  await shown(() => expect(text('gap-list')).toContain('没有缺失的报文'));
});

test('tags are adopted by whom the contract lets, and by nobody else', async () => {
  for (const role of ['supervisor', 'admin', 'operator', 'enterprise', 'inspector', 'regulator'] as const) {
    open('tags', role, { '/unregistered-tags': { items: [TAG], next: null } });
    await shown(() => expect(find('tag-row')).not.toBeNull());
    const may = role === 'supervisor' || role === 'admin';
    expect([role, find('adopt') !== null]).toEqual([role, may]);
    if (screen) await unmount(screen);
    screen = null;
  }
});

test('an adoption that is refused says why and keeps what was typed', async () => {
  const path = '/unregistered-tags/HX01/TI-9/adopt';
  open('tags', 'admin', { '/unregistered-tags': { items: [TAG], next: null }, [path]: 403 });
  await shown(() => expect(find('adopt')).not.toBeNull());
  find('adopt')?.click();
  await shown(() => expect(find('adopt-form')).not.toBeNull());
  const name = find('adopt-name') as HTMLInputElement;
  name.value = '反应器温度';
  name.dispatchEvent(new Event('input', { bubbles: true }));
  find('adopt-form')?.dispatchEvent(new Event('submit', { cancelable: true }));
  await shown(() => expect(text('adopt-pane')).toContain('未登记：没有权限'));
  expect((find('adopt-name') as HTMLInputElement).value).toBe('反应器温度');
  expect(asked).toContain(path);
});

test('a gateway is shown with its state, its flags and a ledger that adds up', async () => {
  const gateway = { enterprise: 'HX01', code: 'gw1', state: 'link_lost', since: AT, last_seen: AT };
  const conditions = [{ kind: 'only_poison', since: AT, until: null, count: 30 }];
  const today = new Date().toISOString().slice(0, 10);
  const day = { day: today, messages: 1, received: 5, stored: 4, waiting: 1 };
  open('gateways', 'operator', {
    '/gateways': { items: [{ ...gateway, conditions, clock: 'stuck' }], next: null },
    '/enterprises/HX01/gateways/gw1/ledger': { days: [day], boots: [] },
  });
  await shown(() => expect(find('gateway-row')?.dataset['state']).toBe('link_lost'));
  expect(text('gateway-row')).toContain('连接断开');
  const flags = [...(find('gateway-row')?.querySelectorAll<HTMLElement>('[data-flag]') ?? [])];
  expect(flags.map((flag) => flag.dataset['flag'])).toEqual(['only_poison', 'clock_stuck']);
  find('gateway-row')?.querySelector('button')?.click();
  await shown(() => expect(find('ledger')?.dataset['received']).toBe('5'));
  expect(find('ledger')?.dataset['off']).toBe('0');
  expect(text('gateway-detail')).toContain('账目相符');
  expect(find('trial-start')).toBeNull();
});

test('with the database away no gateway is said never to have sent', async () => {
  const gateway = { enterprise: 'HX01', code: 'gw1', state: 'unknown', known: false, last_seen: null };
  open('gateways', 'operator', { '/gateways': { items: [gateway], next: null } });
  await shown(() => expect(text('gateway-list')).toContain('状态未知'));
  expect(text('gateway-list')).not.toContain('从未');
  find('gateway-list')?.querySelector('button')?.click();
  await shown(() => expect(text('gateway-detail')).toContain('状态未知'));
  expect(text('gateway-detail')).not.toContain('从未');
});

test('what is not for this account is said to be so, and is not to be asked for again', async () => {
  open('dead-letters', 'enterprise', { '/dead-letters': 403 });
  await shown(() => expect(text('letter-list')).toContain('当前账号无权查看此内容'));
  expect(find('letter-list')?.querySelector('button')).toBeNull();
});

test('rates that cannot be read are said to be so, beside the list that can', async () => {
  open('gateways', 'operator', { '/statistics/connectivity': 503 });
  await shown(() => expect(text('online-rates')).toContain('读取失败'));
});
