import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseAudit } from '../src/admin/audit';
import { parseKey, stateOf } from '../src/admin/key';
import { draftOfUser, parseUser, userBody } from '../src/admin/user';
import { session } from '../src/app/session.svelte';
import AdminScreen from '../src/screen/AdminScreen.svelte';
import { served } from './served';

const KEY = { prefix: 'pk1', name: '省厅', role: 'regulator', scopes: ['read'], expires_at: '2026-03-01T00:00:00Z', revoked_at: null };
const ROW = { seq: 7, at: '2026-01-04T00:00:00Z', actor: 'wang', role: 'admin', what: 'POST /users', object: { username: 'li' }, outcome: 201, changes: [{ table: 'app_user', did: 'insert' }] };

let screen: Record<string, unknown> | null = null;
let sent: [string, string, unknown][];
const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const shown = (check: () => void) =>
  vi.waitFor(() => {
    flushSync();
    check();
  }, 20_000);

beforeEach(() => {
  sent = [];
  session.me = { username: 'root', role: 'admin', enterprise: null };
  const answers: Record<string, unknown> = {
    '/api/v1/users': { items: [{ username: 'li', role: 'enterprise', enterprise: 'E1', duties: ['guardian'] }], next: null },
    '/api/v1/api-keys': { items: [KEY], next: null },
    '/api/v1/audit': { items: [ROW], next: null },
  };
  served(async (url, init) => {
    const path = url.split('?')[0] ?? '';
    if (init.method !== 'GET') {
      sent.push([init.method, path, JSON.parse(String(init.body ?? 'null'))]);
      const made = path.endsWith('api-keys') ? { key: 'pk1.secret', prefix: 'pk1' } : {};
      return new Response(JSON.stringify(made), { status: 201 });
    }
    return new Response(JSON.stringify(answers[path] ?? {}), { status: 200 });
  });
});

afterEach(async () => {
  if (screen) await unmount(screen);
  screen = null;
  document.body.innerHTML = '';
  vi.unstubAllGlobals();
});

test('of a user of the park no enterprise is sent, and an untyped password stays', () => {
  const known = parseUser({ username: 'li', role: 'enterprise', enterprise: 'E1', duties: ['guardian'] })!;
  expect(userBody({ ...draftOfUser(known), role: 'operator' }, false)).toEqual({
    role: 'operator',
    enterprise: null,
    duties: [],
  });
  expect(userBody({ ...draftOfUser(null), username: ' zhao ', password: 'x' }, true)).toMatchObject({
    username: 'zhao',
    password: 'x',
  });
});

test('a key is good until it is revoked or runs out', () => {
  const key = parseKey(KEY)!;
  expect(stateOf(key, Date.parse('2026-02-01T00:00:00Z'))).toBe('good');
  expect(stateOf(key, Date.parse('2026-04-01T00:00:00Z'))).toBe('expired');
  expect(stateOf({ ...key, revokedAt: 1 }, 0)).toBe('revoked');
});

test('an audit row tells what was done to what', () => {
  expect(parseAudit(ROW)).toMatchObject({ actor: 'wang', object: 'li', outcome: 201 });
  expect(parseAudit({ actor: 'x' })).toBeNull();
});

test('users are listed and made; a new key is shown once; who did what is there', async () => {
  screen = mount(AdminScreen, { target: document.body });
  await shown(() => expect(find('user-row')?.textContent).toMatch(/li.*企业用户.*E1.*监护人/s));
  find('setup-new')?.click();
  await shown(() => expect(find('user-form')).not.toBeNull());
  const name = find('user-username') as HTMLInputElement;
  name.value = 'zhao';
  name.dispatchEvent(new Event('input', { bubbles: true }));
  find('user-form')?.querySelector('form')?.requestSubmit();
  await shown(() => expect(sent[0]).toMatchObject(['POST', '/api/v1/users', { username: 'zhao', role: 'operator' }]));

  find('admin-keys')?.click();
  await shown(() => expect(find('key-row')).not.toBeNull());
  find('setup-new')?.click();
  await shown(() => expect(find('key-form')).not.toBeNull());
  find('key-form')?.querySelector('form')?.requestSubmit();
  await shown(() => expect(find('key-made')?.textContent).toContain('pk1.secret'));

  find('admin-audit')?.click();
  await shown(() => expect(find('audit-row')?.textContent).toMatch(/wang.*新增用户.*201/s));
  expect(find('audit-row')?.innerHTML).toContain('title="POST /users"');
});

test('a regulator sees who did what, and administers nothing', async () => {
  session.me = { username: 'ting', role: 'regulator', enterprise: null };
  screen = mount(AdminScreen, { target: document.body });
  await shown(() => expect(find('audit-row')).not.toBeNull());
  expect(find('admin-users')).toBeNull();
});
