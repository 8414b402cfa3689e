import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { session } from '../src/app/session.svelte';
import { locale } from '../src/i18n/locale.svelte';
import type { Quality } from '../src/live/values';
import PointRules from '../src/part/PointRules.svelte';
import ReplayValues from '../src/part/ReplayValues.svelte';
import { parsePoint, type Point } from '../src/point/point';
import { historyOf } from '../src/replay/history';
import AlarmScreen from '../src/screen/AlarmScreen.svelte';
import { served } from './served';

let shown: Record<string, unknown> | null = null;
const point = (kind: string, more: object = {}): Point =>
  parsePoint({ id: 1, enterprise: 'E1', tag: 'P-1', kind, unit: '', gateway: 'G1', ...more })!;
const said = (): string => (document.body.textContent ?? '').replaceAll(/\s+/g, ' ');

afterEach(async () => {
  if (shown) await unmount(shown);
  shown = null;
  locale.language = 'zh-CN';
  session.signOut();
  vi.unstubAllGlobals();
});

test('a point without rules raises alarms all the same: of its silence, and an interlock of a bypass', async () => {
  const asked = { rules: [], faults: new Map(), problem: null, onadd: vi.fn(), ontemplate: vi.fn(), onchange: vi.fn(), onremoved: vi.fn() };
  shown = mount(PointRules, { target: document.body, props: { ...asked, point: point('interlock') } });
  flushSync();
  expect(said()).toContain('只有未经批准或超期的旁路');
  locale.language = 'en';
  flushSync();
  expect(said()).toContain('a bypass without an approval');
  await unmount(shown);
  shown = mount(PointRules, { target: document.body, props: { ...asked, point: point('level') } });
  flushSync();
  expect(said()).toContain('its silence does');
  expect(said()).not.toContain('bypass');
});

test.each([
  ['current', 'operator', true],
  ['all', 'operator', true],
  ['historical', 'operator', false],
  ['current', 'regulator', false],
] as const)('the hint names the key that acknowledges only where it does (%s, %s)', (view, role, named) => {
  session.me = { username: 'zhang', role, enterprise: null };
  served(() => Response.json({ items: [] }));
  shown = mount(AlarmScreen, { target: document.body, props: { view } });
  flushSync();
  expect(said()).toContain('→ 进入本栏');
  expect(said().includes('A 确认')).toBe(named);
});

test('in a replay what reports on change is doubted while its gateway was silent, in truth and on the screen', () => {
  const sample = { measuredAt: 1_000, receivedAt: 1_100, value: 'open', quality: 0 as Quality };
  const silence = parseAlarm({
    id: 's', enterprise: 'E1', grade: 3, state: 'unacknowledged', condition: 'offline', raised_at: 1, subject: { type: 'gateway', id: 'G1' },
  })!; // prettier-ignore
  const row = { id: 's', difference: null, late: null };
  const props = ({
    points: [point('valve', { reporting: 'on_change' })],
    histories: new Map([[1, historyOf([sample])]]),
    at: 9_000_000,
    rows: [{ ...row, truth: silence, shown: null }],
  });
  shown = mount(ReplayValues, { target: document.body, props });
  flushSync();
  const hatched = (column: string): boolean => document.querySelector(`[data-testid="value-${column}"] .hatched`) !== null;
  expect([hatched('true'), hatched('shown')]).toEqual([true, false]);
});
