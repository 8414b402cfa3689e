import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { session } from '../src/app/session.svelte';
import { locale } from '../src/i18n/locale.svelte';
import InterlocksScreen from '../src/screen/InterlocksScreen.svelte';
import { served } from './served';

let screen: Record<string, unknown> | null = null;

afterEach(async () => {
  if (screen) await unmount(screen);
  screen = null;
  locale.language = 'zh-CN';
  session.signOut();
  vi.unstubAllGlobals();
});

test('what is said of a tag that is no point stands apart from the tag', async () => {
  const loop = { enterprise: 'E1', tag: 'ESD-1', causes: [{ tag: 'LT-1' }], effects: [{ tag: 'P-101' }], unregistered: ['LT-1', 'P-101'] }; // prettier-ignore
  locale.language = 'en';
  session.me = { username: 'zhang', role: 'operator', enterprise: null };
  served((url) => Promise.resolve(Response.json({ items: url.includes('/v1/interlocks') ? [loop] : [] })));
  screen = mount(InterlocksScreen, { target: document.body });
  await vi.waitFor(() => {
    flushSync();
    expect(document.querySelector('[data-testid="interlock-row"]')?.textContent).toContain('P-101 (no point)');
  });
  expect(document.querySelector('[data-testid="interlock-row"]')?.textContent).toContain('LT-1 not registered');
});

test('the rates are reckoned anew as soon as the loops beside them stand otherwise', async () => {
  let inService = true;
  let reckoned = 0;
  session.me = { username: 'zhang', role: 'operator', enterprise: null };
  served((url) => {
    if (url.includes('/v1/statistics/interlocks')) reckoned += 1;
    const loop = { enterprise: 'E1', tag: 'ESD-1', state: inService ? 'in_service' : 'operational_bypass', in_service: inService };
    return Promise.resolve(Response.json({ items: url.includes('/v1/interlocks') ? [loop] : [] }));
  });
  vi.useFakeTimers({ shouldAdvanceTime: true });
  screen = mount(InterlocksScreen, { target: document.body });
  const row = () => document.querySelector<HTMLElement>('[data-testid="interlock-row"]');
  const seen = async (said: () => void) => vi.waitFor(() => (flushSync(), said()));
  await seen(() => expect(row()?.dataset['state']).toBe('in_service'));
  await vi.advanceTimersByTimeAsync(6_000);
  const before = reckoned;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(reckoned).toBe(before);
  inService = false;
  await vi.advanceTimersByTimeAsync(6_000);
  await seen(() => expect(row()?.dataset['state']).toBe('operational_bypass'));
  expect(reckoned).toBe(before + 1);
  vi.useRealTimers();
});
