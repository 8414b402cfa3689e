import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import App from '../src/App.svelte';
import { place } from '../src/app/place.svelte';
import { session } from '../src/app/session.svelte';
import { locale } from '../src/i18n/locale.svelte';
// It comes when it is asked for: how long a busy machine reads it is of no concern here.
import '../src/screen/ConnectionsScreen.svelte';
import { served } from './served';

/** The server's end of the live push. */
class Wire {
  static opened: Wire[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  constructor(readonly url: URL) {
    Wire.opened.push(this);
  }
  close(): void {
    this.closed = true;
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

let app: Record<string, unknown>;
let tokenIsGood: boolean;

function answer(url: string): Response {
  if (url.endsWith('/auth/token')) return Response.json({ access_token: 'secret' });
  if (!tokenIsGood) return Response.json({ type: 'x', title: 'no' }, { status: 401 });
  if (url.endsWith('/me')) return Response.json({ username: 'zhang', role: 'operator' });
  if (url.endsWith('/live/ticket')) return Response.json({ ticket: 'once' });
  return Response.json({ items: [], next: null });
}

const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
// Patience, not a bound: the screen is compiled when it is first asked for, on a machine that may be busy.
const PATIENCE = { timeout: 4_000 };
const shown = (id: string) => vi.waitFor(() => {
  flushSync();
  const element = find(id);
  if (!element) throw new Error(`${id} is not shown`);
  return element;
}, PATIENCE);

beforeEach(() => {
  Wire.opened = [];
  tokenIsGood = true;
  vi.stubGlobal('WebSocket', Wire);
  served((url) => Promise.resolve(answer(url.split('?')[0] ?? '')));
  sessionStorage.clear();
  session.signOut();
  app = mount(App, { target: document.body });
  flushSync();
});

afterEach(async () => {
  session.signOut();
  flushSync();
  await unmount(app);
  if (locale.language === 'en') locale.toggle();
  vi.unstubAllGlobals();
});

async function signIn(): Promise<Wire> {
  for (const [id, text] of [['username', 'zhang'], ['password', 'secret']] as const) {
    const input = (await shown(id)) as HTMLInputElement;
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
  find('submit')?.closest('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
  await shown('alarm-list');
  return vi.waitFor(() => {
    const wire = Wire.opened[0];
    if (!wire) throw new Error('no connection was made');
    return wire;
  });
}

function greet(wire: Wire): void {
  const now = new Date().toISOString();
  wire.onopen?.();
  const alarm = { id: 'a', enterprise: 'HX01', tag: 'GT-101', grade: 1, state: 'unacknowledged' };
  wire.say({ type: 'snapshot', seq: 0, alarms: [alarm], points: {} });
  wire.say({ type: 'heartbeat', server_time: now, engine_at: now, commit_at: now, degraded: [] });
}

test('signing in brings the standing alarms and says that they are live', async () => {
  const wire = await signIn();
  expect(wire.url.pathname).toBe('/api/v1/live');
  expect(wire.url.searchParams.get('ticket')).toBe('once');
  greet(wire);
  expect((await shown('alarm-row')).dataset['tag']).toBe('GT-101');
  await shown('connection-ok');
  expect(find('connection-bar')).toBeNull();
  expect(sessionStorage.getItem('parkwatch.token')).toBe('secret');
});

test('switching the language keeps the connection', async () => {
  greet(await signIn());
  await shown('connection-ok');
  find('lang-switch')?.click();
  flushSync();
  expect(document.documentElement.lang).toBe('en');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(Wire.opened.length).toBe(1);
  expect(Wire.opened[0]?.closed).toBe(false);
  expect(find('alarm-row')).not.toBeNull();
});

test('signing out closes the connection and forgets the token', async () => {
  const wire = await signIn();
  greet(wire);
  find('sign-out')?.click();
  await shown('sign-in-form');
  expect(wire.closed).toBe(true);
  expect(sessionStorage.getItem('parkwatch.token')).toBeNull();
});

test('an account that is not valid any more leads to the sign-in, and is told so', async () => {
  const wire = await signIn();
  greet(wire);
  tokenIsGood = false;
  wire.onclose?.();
  await shown('sign-in-form');
  expect(find('sign-in-error')?.textContent).toContain('重新登录');
});

test('a part that is dead is named', async () => {
  const wire = await signIn();
  greet(wire);
  const now = new Date().toISOString();
  const degraded = ['database'];
  wire.say({ type: 'heartbeat', server_time: now, engine_at: now, commit_at: now, degraded });
  const bar = await shown('connection-bar');
  expect(bar.dataset['reason']).toBe('database');
  expect(bar.textContent).toContain('数据库');
  expect(find('connection-ok')).toBeNull();
});

test('the hour above is the park’s, whatever this computer believes', async () => {
  const wire = await signIn();
  greet(wire);
  const there = '2026-01-02T03:04:05.000Z';
  wire.say({ type: 'heartbeat', server_time: there, engine_at: there, commit_at: there, degraded: [] });
  await vi.waitFor(() => {
    flushSync();
    const shown = document.querySelector('header time') ?? document.querySelector('time');
    expect(shown?.textContent).toMatch(/11:04:0\d/);
    expect(shown?.textContent).toContain('本机时钟偏差');
  });
});

test('a screen that is on its way says so until it is there', async () => {
  session.adopt('secret');
  flushSync();
  place.go({ screen: 'connections', view: 'gaps' });
  flushSync();
  expect(find('screen-waits')?.textContent).toContain('正在加载');
  await shown('connections-gaps');
  expect(find('screen-waits')).toBeNull();
});
