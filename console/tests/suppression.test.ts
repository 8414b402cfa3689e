import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { byPhase, parseSuppressions } from '../src/alarm/suppression';
import { live } from '../src/app/live.svelte';
import { session } from '../src/app/session.svelte';
import { EMPTY, reduce } from '../src/live/reducer';
import OffBoardScreen from '../src/screen/OffBoardScreen.svelte';
import { served } from './served';

const rule = (id: string, now: object | null) => ({
  id,
  enterprise: 'HX01',
  name: `P-${id} 停运`,
  text: `XS-${id} 为“断”时抑制：FT-${id} 的低限报警`,
  reason: '停泵无流量',
  now,
});
const holding = {
  phase: 'holding',
  text: '条件成立，正在抑制',
  since: '2026-01-04T16:00:00Z',
  until: null,
  suppressed: 2,
};
const unknown = { phase: 'unknown', text: '条件监测点数据质量不可信，不抑制任何报警', suppressed: 0 };
const waiting = { phase: 'waiting', text: '条件未成立，未抑制', suppressed: 0 };

let screen: Record<string, unknown> | null = null;
let answered: object[];

beforeEach(() => {
  answered = [rule('1', waiting), rule('2', null), rule('3', holding), rule('4', unknown)];
  served(() => Promise.resolve(Response.json({ items: answered, next: null })));
  session.token = 'secret';
  session.me = { username: 'zhang', role: 'regulator', enterprise: null };
});

afterEach(async () => {
  if (screen) await unmount(screen);
  screen = null;
  vi.unstubAllGlobals();
});

async function shown(...alarms: object[]): Promise<void> {
  const points = { id: [], t: [], v: [], q: [] };
  const parsed = alarms.map(parseAlarm).filter((alarm) => alarm !== null);
  live.state = reduce(EMPTY, [{ type: 'snapshot', seq: 1, alarms: parsed, points }]);
  screen = mount(OffBoardScreen, { target: document.body });
  for (let i = 0; i < 5; i++) await tick();
  await new Promise((resolve) => setTimeout(resolve, 0));
  flushSync();
}

const rows = () => [...document.querySelectorAll<HTMLElement>('[data-testid="suppression"]')];

test('what suppresses comes first, then what nobody knows, then what waits', () => {
  const phases = [...parseSuppressions({ items: answered })].sort(byPhase).map((each) => each.now?.phase);
  expect(phases).toEqual(['holding', undefined, 'unknown', 'waiting']);
  const [odd] = parseSuppressions([rule('1', { phase: 'asleep' }), { name: 'without an id' }]);
  expect(odd?.now?.phase).toBe('unknown');
});

test('the screen lists each rule with its logic, where it stands, and how many it suppresses', async () => {
  await shown();
  expect(rows().map((row) => row.dataset['phase'])).toEqual(['holding', 'unheard', 'unknown', 'waiting']);
  const [first, unheard] = rows();
  for (const told of ['条件成立，正在抑制', 'P-3 停运', 'XS-3 为“断”时抑制：FT-3 的低限报警', '停泵无流量', '2'])
    expect(first?.textContent).toContain(told);
  expect(unheard?.textContent).toContain('报警引擎无应答');
});

test('without rules the screen says so', async () => {
  answered = [];
  await shown();
  expect(rows()).toEqual([]);
  expect(document.body.textContent).toContain('没有设计抑制规则');
});

const suppressed = (logic: object) => {
  const off_board = { how: 'suppressed', by: 's1', reason: '停泵无流量', logic, logic_text: 'as told' };
  return { id: 'a1', enterprise: 'HX01', tag: 'FT-3', grade: 3, state: 'suppressed', off_board };
};

test.each([
  [{ kind: 'state', tag: 'XS-3', states: 'off,on', value: 'off' }, 'P-3 停运：XS-3 为“断 / 通”'],
  [
    { kind: 'limit', tag: 'SI-3', direction: 'low', limit: 100, unit: 'rpm', value: 20 },
    'P-3 停运：SI-3 ≤ 100 rpm（当时 20 rpm）',
  ],
  [{ kind: 'alarm', tag: 'PT-3', alarm: 'low' }, 'P-3 停运：PT-3 的“低报”报警存在'],
  [{ kind: 'alarm', tag: 'PT-3', alarm: 'stuck' }, 'P-3 停运：PT-3 的“数值不变”报警存在'],
  [{ kind: 'alarm', tag: 'PT-3' }, 'P-3 停运：PT-3 有报警存在'],
  [{ kind: 'dream' }, 'as told'],
])('an alarm that a rule suppresses tells which, and what it found: %j', async (logic, told) => {
  await shown(suppressed({ name: 'P-3 停运', ...logic }));
  const row = document.querySelector<HTMLElement>('[data-testid="off-row"]');
  expect(row?.textContent).toContain(`抑制规则：${told}`);
  expect(row?.textContent).toContain('停泵无流量');
});
