import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { catalogue } from '../src/app/catalogue.svelte';
import { live } from '../src/app/live.svelte';
import { session } from '../src/app/session.svelte';
import { EMPTY } from '../src/live/reducer';
import SourceScreen from '../src/screen/SourceScreen.svelte';
import { served } from './served';

const ALARM = { enterprise: 'E1', grade: 3, state: 'unacknowledged', raised_at: 1, condition: 'HH' };
const SILENT = { ...ALARM, id: 'silent', subject: { type: 'enterprise', id: 'E1' }, grade: 1, condition: 'offline' };
const RETURNED = { ...ALARM, id: 'gone', tag: 'LT-1', hazard_source: 'HS-1', state: 'returned_unacknowledged' };
const ELSEWHERE = { ...ALARM, id: 'other', tag: 'LT-9', hazard_source: 'HS-2' };
const OF_A_LOOP = { ...ALARM, id: 'loop', tag: 'ESD-1.S' };
let screen: Record<string, unknown> | null = null;
const figure = (id: string): number => Number(document.querySelector(`[data-testid="source-${id}"]`)?.textContent ?? 0);

/** Nothing is painted here, and a trend has to find a canvas all the same. */
const NO_PAINT = new Proxy({}, { get: () => () => ({ width: 0 }), set: () => true });

/** What the server answers of the source, and what the park has. */
function open(status: object, alarms: readonly object[]): void {
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(NO_PAINT as CanvasRenderingContext2D);
  session.me = { username: 'zhang', role: 'operator', enterprise: null };
  live.state = { ...EMPTY, alarms: new Map(alarms.map((raw) => parseAlarm(raw)!).map((each) => [each.id, each])) };
  served((url) => Promise.resolve(url.includes('/status') ? Response.json(status) : Response.json({ items: [] })));
  screen = mount(SourceScreen, { target: document.body, props: { enterprise: 'E1', code: 'HS-1' } });
}
const listed = (): number => document.querySelectorAll('[data-testid="mimic-alarms"] li').length;

afterEach(async () => {
  if (screen) await unmount(screen);
  screen = null;
  live.stop();
  catalogue.clear();
  session.signOut();
  vi.unstubAllGlobals();
});

test('what silences the enterprise grades the source, and is listed and counted beside what only returned', async () => {
  open({ grade: 1, active: 1, alarms: [SILENT, RETURNED] }, [SILENT, RETURNED, ELSEWHERE]);
  await vi.waitFor(() => {
    flushSync();
    expect(document.querySelector<HTMLElement>('[data-testid="mimic-grade"]')?.dataset['grade']).toBe('1');
  });
  expect([figure('active'), figure('returned'), listed()]).toEqual([1, 1, 2]);
  expect(document.querySelector('[data-testid="mimic-alarms"]')?.textContent).toContain('企业 E1');
});

test('an alarm of an interlock that only its loop ties to the source is listed as the server counts it', async () => {
  open({ grade: 3, active: 1, alarms: [OF_A_LOOP] }, [OF_A_LOOP, ELSEWHERE]);
  await vi.waitFor(() => {
    flushSync();
    expect([figure('active'), figure('returned'), listed()]).toEqual([1, 0, 1]);
  });
});

test('where all has returned the source is not without alarms: none of them is active', async () => {
  open({ grade: null, active: 0, alarms: [RETURNED] }, [RETURNED]);
  await vi.waitFor(() => {
    flushSync();
    expect(document.querySelector('[data-testid="mimic-grade"]')?.textContent).toContain('没有在报警');
  });
  expect([figure('active'), figure('returned'), listed()]).toEqual([0, 1, 1]);
});
