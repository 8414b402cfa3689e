import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Client } from '../src/api/client';
import { Problem } from '../src/api/problem';
import { served, type Made } from './served';

let asked: { url: string; made: Made }[];
let answer: () => Response | Promise<Response>;
let token: string | null;
let events: string[];
const client = new Client({
  token: () => token,
  language: () => 'zh-CN',
  refused: () => events.push('refused'),
  expired: () => events.push('expired'),
});
const problem = (status: number, type: string, detail: string) =>
  Response.json({ type: `https://parkwatch.dev/problems/${type}`, detail }, { status });
const refusal = (what: Promise<unknown>): Promise<Problem> =>
  what.then(
    () => Promise.reject(new Error('it was answered')),
    (error: unknown) => (error instanceof Problem ? error : Promise.reject(error)),
  );

beforeEach(() => {
  [asked, token, events] = [[], 'secret', []];
  answer = () => Response.json({});
  served((url, made) => {
    asked.push({ url, made });
    return answer();
  });
});

afterEach(() => void vi.unstubAllGlobals());

test('what stands in the braces of a path is encoded, and of a query only what was said is asked', async () => {
  const path = { enterprise: 'E 1', tag: 'a/b?c' };
  await client.get('/points/{enterprise}/{tag}/readings', {
    path,
    query: { start: undefined, resolution: 'auto', limit: 5 },
  });
  await client.get('/map', { query: { layer: ['enterprise', 'zone'] } });
  expect(asked.map(({ url }) => url)).toEqual([
    '/api/v1/points/E%201/a%2Fb%3Fc/readings?resolution=auto&limit=5',
    '/api/v1/map?layer=enterprise&layer=zone',
  ]);
});

test('who asks, in which language, and a key of its own for each write', async () => {
  await client.get('/me');
  const write = () => client.post('/alarms/{alarm}/acknowledge', { path: { alarm: 'x' }, body: { note: '已派人' } });
  await Promise.all([write(), write()]);
  const [read, ...writes] = asked.map(({ made }) => made);
  expect(read?.headers.get('Authorization')).toBe('Bearer secret');
  expect(read?.headers.get('Accept-Language')).toBe('zh-CN');
  expect(read?.headers.has('Idempotency-Key')).toBe(false);
  expect(read?.headers.has('Content-Type')).toBe(false);
  const keys = writes.map(({ headers }) => headers.get('Idempotency-Key'));
  expect(keys.every((key) => /^[0-9a-f]{32}$/.test(key ?? ''))).toBe(true);
  expect(new Set(keys).size).toBe(2);
  expect(writes.map(({ headers, body }) => [headers.get('Content-Type'), body])).toEqual(
    Array(2).fill(['application/json', '{"note":"已派人"}']),
  );
});

test('a sheet goes as the kind of file that it is, signing in as a form', async () => {
  const body = new Blob(['tag,kind\n'], { type: 'text/csv' });
  await client.post('/points/import', { query: { dry_run: true }, body });
  await client.signIn('li', 'a b&c', '');
  const kinds = asked.map(({ made }) => made.headers.get('Content-Type'));
  expect(kinds).toEqual(['text/csv', 'application/x-www-form-urlencoded']);
  expect(asked.map(({ made }) => made.body)).toEqual(['tag,kind\n', 'username=li&password=a+b%26c']);
  expect(asked[1]?.made.headers.has('Authorization')).toBe(false);
});

test('the server’s own sentence is told, and a page that is none of its own by its status', async () => {
  answer = () => problem(409, 'conflict', '该报警已被 wang 确认。');
  const told = await refusal(client.post('/live/ticket'));
  expect([told.status, told.detail]).toEqual([409, '该报警已被 wang 确认。']);
  answer = () => new Response('<html>Bad gateway</html>', { status: 502 });
  expect(await refusal(client.get('/me'))).toMatchObject({ status: 502, detail: '' });
  answer = () => new Response('<html>', { status: 200 });
  expect(await client.get('/me')).toBeNull();
  answer = () => new Response(null, { status: 204 });
  expect(await client.remove('/users/{username}', { path: { username: 'li' } })).toBeNull();
});

test('a token that is refused is given up, one that ran out goes on showing, an older one is nobody’s', async () => {
  answer = () => problem(401, 'unauthorized', 'x');
  await refusal(client.get('/me'));
  answer = () => problem(401, 'session-expired', 'x');
  await refusal(client.get('/me'));
  answer = () => {
    token = 'newer';
    return problem(401, 'unauthorized', 'x');
  };
  await refusal(client.get('/me'));
  expect(events).toEqual(['refused', 'expired']);
});

test('no answer in time, or none at all, is told as that; who stops asking hears its own reason', async () => {
  answer = () => Promise.reject(new TypeError('Failed to fetch'));
  expect(await refusal(client.get('/me'))).toMatchObject({ status: 0, type: 'unreachable' });
  vi.stubGlobal('fetch', ({ signal }: Request) => {
    return new Promise((_, no) => signal.addEventListener('abort', () => no(signal.reason)));
  });
  expect(await refusal(client.get('/me', { patience: 5 }))).toMatchObject({ type: 'unreachable' });
  const stop = new AbortController();
  const waiting = client.get('/me', { signal: stop.signal });
  stop.abort(new Error('another screen'));
  await expect(waiting).rejects.toThrow('another screen');
});

test('a sheet to keep comes as it is', async () => {
  answer = () => new Response('tag,kind\n', { headers: { 'Content-Type': 'text/csv' } });
  const sheet = await client.download('/points/export', { query: { format: 'csv' } });
  expect(await sheet.text()).toBe('tag,kind\n');
  answer = () => problem(422, 'invalid', 'enterprise: unknown.');
  expect((await refusal(client.download('/points/export', {}))).detail).toBe('enterprise: unknown.');
});
