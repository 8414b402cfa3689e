import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { session } from '../src/app/session.svelte';
import { locale } from '../src/i18n/locale.svelte';
// What comes when it is asked for is here already: how long that takes is of no concern here.
import '../src/part/LoopForm.svelte';
import '../src/part/LoopRemoval.svelte';
import InterlocksScreen from '../src/screen/InterlocksScreen.svelte';
import { served } from './served';

const LOOP = {
  enterprise: 'E1', tag: 'ESD-1', name: '高高液位联锁', voting: '1oo1', sil: 2, required: true, fitted: true,
  causes: [{ tag: 'LT-1', condition: 'HH', limit: 85, state_tag: null }], effects: [{ tag: 'XV-1', action: 'close' }],
  state: 'in_service', state_tag: 'ESD-1', unregistered: [], inputs_out: [],
}; // prettier-ignore
let screen: Record<string, unknown> | null = null;
let told: { url: string; method: string; body: unknown }[] = [];
let refusal: object | null = null;

const one = (testid: string): HTMLElement | null => document.querySelector(`[data-testid="${testid}"]`);
const field = (name: string) => document.querySelector<HTMLInputElement>(`[data-testid="rule-${name}"]`)!;
async function until(what: () => boolean): Promise<void> {
  await vi.waitFor(() => {
    flushSync();
    expect(what()).toBe(true);
  });
}
function type(name: string, value: string): void {
  const input = field(name);
  input.value = value;
  input.dispatchEvent(new Event(input instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }));
  flushSync();
}

async function open(role: 'supervisor' | 'operator' | 'enterprise'): Promise<void> {
  session.me = { username: 'zhang', role, enterprise: role === 'enterprise' ? 'E1' : null };
  served((url, { method, body }) => {
    if (method !== 'GET') {
      told.push({ url: url.replace('/api/v1', ''), method, body: body === undefined ? null : JSON.parse(body) });
      if (refusal) return Response.json(refusal, { status: 422 });
      return method === 'DELETE' ? new Response(null, { status: 204 }) : Response.json(LOOP);
    }
    if (/interlocks\/E1/.test(url)) return Response.json(LOOP);
    if (url.includes('/v1/interlocks')) return Response.json({ items: [LOOP] });
    return Response.json({ items: url.includes('/v1/enterprises') ? [{ code: 'E1', name: 'E1' }] : [] });
  });
  screen = mount(InterlocksScreen, { target: document.body });
  await until(() => one('interlock-row') !== null);
}

beforeEach(() => {
  [told, refusal] = [[], null];
});

afterEach(async () => {
  if (screen) await unmount(screen);
  screen = null;
  locale.language = 'zh-CN';
  session.signOut();
  vi.unstubAllGlobals();
});

test('a loop is registered in a form, and a refusal is told at its field', async () => {
  refusal = { detail: '', errors: [{ field: 'causes.0.tag', message: 'it is missing; send it' }] };
  await open('supervisor');
  one('setup-new')!.click();
  await until(() => one('record-form') !== null);
  for (const [name, value] of [['tag', 'ESD-2'], ['name', '压力联锁'], ['causes.0.tag', 'PT-1'], ['causes.0.limit', '1.6'], ['effects.0.tag', 'P-1'], ['effects.0.action', 'stop'], ['fitted', 'false']] as const) type(name, value);
  one('form-save')!.click();
  await until(() => told.length === 1 && (one('record-form')?.textContent ?? '').includes('缺少此项'));
  expect(told[0]).toEqual({
    url: '/interlocks',
    method: 'POST',
    body: {
      enterprise: 'E1', tag: 'ESD-2', name: '压力联锁', voting: '1oo1', required: true, fitted: false,
      causes: [{ tag: 'PT-1', limit: 1.6 }], effects: [{ tag: 'P-1', action: 'stop' }],
    },
  }); // prettier-ignore
  refusal = null;
  one('form-save')!.click();
  await until(() => one('record-form') === null);
});

test('a change sends what is another than it was, with why', async () => {
  await open('enterprise');
  document.querySelector<HTMLElement>('[data-row]')!.click();
  await until(() => one('loop-change') !== null);
  expect(one('loop-remove')).toBeNull();
  one('loop-change')!.click();
  await until(() => one('record-form') !== null && field('sil') !== null);
  expect([field('sil').value, field('causes.0.limit').value, field('required').value]).toEqual(['2', '85', 'true']);
  type('sil', '3');
  type('required', 'false');
  type('reason', 'LOPA');
  one('form-save')!.click();
  await until(() => told.length === 1);
  expect(told).toEqual([{ url: '/interlocks/E1/ESD-1', method: 'PATCH', body: { sil: 3, required: false, reason: 'LOPA' } }]);
});

test('a loop is taken out of the register with a reason, by the park alone', async () => {
  await open('supervisor');
  document.querySelector<HTMLElement>('[data-row]')!.click();
  await until(() => one('loop-remove') !== null);
  one('loop-remove')!.click();
  await until(() => one('removal-reason') !== null);
  const reason = one('removal-reason') as HTMLInputElement;
  reason.value = '装置拆除';
  reason.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
  reason.form!.requestSubmit();
  await until(() => told.length === 1);
  expect(told[0]).toMatchObject({ method: 'DELETE', url: `/interlocks/E1/ESD-1?reason=${encodeURIComponent('装置拆除')}` });
  await until(() => one('removal') === null);
});

test('who may not register has neither form nor key', async () => {
  await open('operator');
  document.querySelector<HTMLElement>('[data-row]')!.click();
  await until(() => one('loop-pane') !== null);
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true }));
  flushSync();
  expect([one('setup-new'), one('loop-change'), one('loop-remove'), one('record-form')]).toEqual([null, null, null, null]);
});
