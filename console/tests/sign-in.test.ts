import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { darkPath, grouped } from '../src/account/factor';
import App from '../src/App.svelte';
import { session } from '../src/app/session.svelte';
import { served, type Made } from './served';

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

/** A server with one user, `zhang`, as far as signing in goes. */
class Server {
  code: string | null = null;
  mustEnrol = false;
  expired = false;
  /** The database is away. */
  away = false;
  asked: { path: string; body: string; token: string }[] = [];

  answer(url: string, init: Made): Response {
    const path = url.replace('/api/v1', '').split('?')[0] ?? '';
    const body = String(init.body ?? '');
    const token = init.headers.get('Authorization')?.replace('Bearer ', '') ?? '';
    this.asked.push({ path, body, token });
    if (path === '/auth/token') return this.signIn(new URLSearchParams(body));
    if (path === '/me') {
      const right = this.expired ? 'show' : 'full';
      return Response.json({ username: 'zhang', role: 'operator', right });
    }
    if (path === '/live/ticket') return Response.json({ ticket: `of ${token}` });
    if (path === '/me/second-factor') {
      return Response.json({ secret: 'ABCDEFGH', uri: 'otpauth://x', qr: ['10', '01'] });
    }
    if (path === '/me/second-factor/confirm') {
      if (!body.includes('123456')) return problem(422, 'invalid', 'code: wrong.');
      return Response.json({ recovery_codes: ['aaaa-bbbb'], access_token: 'whole' });
    }
    if (path.startsWith('/alarms/') && this.expired) {
      return problem(401, 'session-expired', 'Your session has run out.');
    }
    if (path === '/auth/sign-out') return new Response(null, { status: 204 });
    return Response.json({ items: [], next: null });
  }

  private signIn(form: URLSearchParams): Response {
    if (this.away) return problem(503, 'database-away', 'The database is away.');
    if (form.get('password') !== 'secret') return problem(401, 'wrong-credentials', 'Wrong.');
    if (this.code !== null && !form.has('otp')) return problem(401, 'code-wanted', 'Send it.');
    if (this.code !== null && form.get('otp') !== this.code) {
      return problem(401, 'wrong-credentials', 'Wrong.');
    }
    this.expired = false;
    return Response.json({ access_token: `token ${this.asked.length}`, must_enrol: this.mustEnrol });
  }
}

function problem(status: number, kind: string, detail: string): Response {
  return Response.json({ type: `/problems/${kind}`, detail }, { status });
}

let app: Record<string, unknown>;
let server: Server;

const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const shown = (id: string) =>
  vi.waitFor(() => {
    flushSync();
    const element = find(id);
    if (!element) throw new Error(`${id} is not shown`);
    return element;
  });
const says = (id: string, part: string) =>
  vi.waitFor(() => {
    flushSync();
    expect(find(id)?.textContent).toContain(part);
  });

beforeEach(() => {
  Wire.opened = [];
  server = new Server();
  vi.stubGlobal('WebSocket', Wire);
  served((url, init) =>
    Promise.resolve(server.answer(url, init)),
  );
  sessionStorage.clear();
  session.signOut();
  app = mount(App, { target: document.body });
  flushSync();
});

afterEach(async () => {
  session.signOut();
  flushSync();
  await unmount(app);
  vi.unstubAllGlobals();
});

async function type(id: string, text: string): Promise<HTMLElement> {
  const input = (await shown(id)) as HTMLInputElement;
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  return input;
}

async function send(id: string): Promise<void> {
  const form = (await shown(id)).closest('form');
  form?.dispatchEvent(new Event('submit', { cancelable: true, bubbles: true }));
}

async function signIn(): Promise<void> {
  await type('username', 'zhang');
  await type('password', 'secret');
  await send('submit');
}

async function onLine(): Promise<Wire> {
  await shown('alarm-list');
  const wire = await vi.waitFor(() => {
    const opened = Wire.opened.at(-1);
    if (!opened) throw new Error('no connection was made');
    return opened;
  });
  const now = new Date().toISOString();
  wire.onopen?.();
  const alarm = { id: 'a', enterprise: 'HX01', tag: 'GT-101', grade: 1, state: 'unacknowledged' };
  wire.say({ type: 'snapshot', seq: 0, alarms: [alarm], points: {} });
  wire.say({ type: 'heartbeat', server_time: now, engine_at: now, commit_at: now, degraded: [] });
  await shown('alarm-row');
  return wire;
}

test('who set up a second factor is asked for the code in a second step', async () => {
  server.code = '123456';
  await signIn();
  const code = await shown('otp');
  expect(code.getAttribute('autocomplete')).toBe('one-time-code');
  expect(find('sign-in-error')?.textContent).toBe('');
  await type('otp', '000000');
  await send('submit');
  await says('sign-in-error', '动态口令');
  await type('otp', ' 123456 ');
  await send('submit');
  await onLine();
});

test('who has to set one up first does so, keeps the codes, and is in', async () => {
  server.mustEnrol = true;
  await signIn();
  await says('factor-secret', 'ABCD EFGH');
  expect(sessionStorage.getItem('parkwatch.token')).toBeNull();
  await type('factor-code', '000000');
  await send('factor-code');
  await says('factor-error', '不正确');
  await type('factor-code', '123456');
  await send('factor-code');
  await says('recovery-codes', 'aaaa-bbbb');
  find('codes-kept')?.click();
  await onLine();
  expect(sessionStorage.getItem('parkwatch.token')).toBe('whole');
});

test('a session that ran out leaves the screen, and is renewed without losing it', async () => {
  await signIn();
  const wire = await onLine();
  server.expired = true;
  await session.client.post('/alarms/{alarm}/acknowledge', { path: { alarm: 'a' } }).catch(() => undefined);
  await shown('expired-bar');
  expect(find('alarm-row')).not.toBeNull();
  expect(wire.closed).toBe(false);
  find('sign-in-again')?.click();
  await type('again-password', 'wrong');
  await send('again-password');
  await says('sign-in-again-dialog', '不正确');
  await type('again-password', 'secret');
  await send('again-password');
  await vi.waitFor(() => {
    flushSync();
    expect(find('expired-bar')).toBeNull();
    expect(Wire.opened.length).toBe(2);
  });
  expect(find('alarm-row')).not.toBeNull();
  expect(Wire.opened[1]?.url.searchParams.get('ticket')).toBe(`of ${session.token}`);
  expect(wire.closed).toBe(true);
});

test('signing out ends the session at the server, too', async () => {
  await signIn();
  await onLine();
  const token = session.token;
  find('sign-out')?.click();
  await shown('sign-in-form');
  const left = () => server.asked.filter(({ path }) => path === '/auth/sign-out');
  await vi.waitFor(() => expect(left()).toEqual([{ path: '/auth/sign-out', body: '', token }]));
});

test('a key is read in groups, and a QR code is drawn dark on light', () => {
  expect(grouped('ABCDEFGHIJ')).toBe('ABCD EFGH IJ');
  expect(darkPath(['10', '01'])).toBe('M0 0h1v1h-1zM1 1h1v1h-1z');
});

test('with the database away the form says so, and that alarms are shown elsewhere', async () => {
  server.away = true;
  await signIn();
  await says('sign-in-error', '数据库无法访问，暂时不能登录');
  await says('sign-in-error', '照常显示报警');
});
