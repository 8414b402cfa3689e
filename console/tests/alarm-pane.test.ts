import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Alarm } from '../src/alarm/alarm';
import { ended, parseEntry, type Entry } from '../src/alarm/entry';
import { nearAlarms, nearPoints } from '../src/alarm/neighbour';
import { parseAlarm } from '../src/alarm/parse';
import { catalogue } from '../src/app/catalogue.svelte';
import { entryDetails } from '../src/app/entry-wording';
import { session } from '../src/app/session.svelte';
import { Problem } from '../src/api/problem';
import AlarmContacts from '../src/part/AlarmContacts.svelte';
import AlarmJournal from '../src/part/AlarmJournal.svelte';
import { parsePoint, type Point } from '../src/point/point';
import { newer, type Reading } from '../src/point/reading';
import { parseContacts } from '../src/register/contact';
import { around, AROUND_MS } from '../src/trends/around';
import { served } from './served';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const point = (id: number, tag: string, more: object = {}): Point =>
  parsePoint({ id, enterprise: 'E', tag, kind: 'combustible_gas', unit: '%LEL', ...more })!;
const alarm = (id: string, of: number | null, more: object = {}): Alarm =>
  parseAlarm({
    id, enterprise: 'E', tag: of === null ? null : `GT-${of}`, point_id: of, kind: 'combustible_gas', grade: 2,
    state: 'unacknowledged', condition: 'H', limit: 25, value: 28, unit: '%LEL', raised_at: 10 * HOUR, ...more,
  })!; // prettier-ignore

// 0.0001° of latitude are 11 m.
const POINTS = [
  point(1, 'GT-1', { hazard_source: 'HS-1', equipment: 'V-1', groups: ['ring'], lon: 107, lat: 38 }),
  point(2, 'GT-2', { hazard_source: 'HS-1', equipment: 'V-1' }),
  point(3, 'GT-3', { hazard_source: 'HS-1', equipment: 'V-2' }),
  point(4, 'GT-4', { hazard_source: 'HS-2', groups: ['ring'] }),
  point(5, 'GT-5', { hazard_source: 'HS-2', equipment: 'V-1' }),
  point(6, 'GT-6', { formula: { expression: 'a', inputs: { a: 'GT-1' } } }),
  point(7, 'TI-7', { hazard_source: 'HS-1', equipment: 'V-1', kind: 'temperature' }),
  point(8, 'GT-8', { enterprise: 'F', lon: 107, lat: 38.0003 }),
  point(9, 'GT-9', { enterprise: 'F', lon: 107, lat: 38.001, hazard_source: 'HS-1', equipment: 'V-1' }),
  point(10, 'GT-10', { gateway: 'gw1' }),
];
const byId = new Map(POINTS.map((each) => [each.id, each]));
const pointOf = (id: number): Point | undefined => byId.get(id);
const hows = (near: readonly { it: { id: string | number }; how: string }[]) =>
  near.map(({ it, how }) => `${it.id} ${how}`);

describe('near an alarm', () => {
  test('are points by formula, group, unit, source and ground, its own kind first, never another tenant by code', () => {
    expect(hows(nearPoints(alarm('a', 1), POINTS, pointOf))).toEqual([
      '6 formula', '4 group', '2 unit', '7 unit', '3 source', '8 area',
    ]); // prettier-ignore
  });

  test('of a computed point are its inputs, and of a point of no place nothing', () => {
    expect(hows(nearPoints(alarm('a', 6), POINTS, pointOf))).toEqual(['1 formula']);
    expect(nearPoints(alarm('a', 10), POINTS, pointOf)).toEqual([]);
    expect(nearPoints(alarm('a', 99), POINTS, pointOf)).toEqual([]);
  });

  test('of a silent gateway are its points, and of a source its own', () => {
    const gateway = alarm('a', null, { subject: { type: 'gateway', id: 'gw1' } });
    expect(hows(nearPoints(gateway, POINTS, pointOf))).toEqual(['10 gateway']);
    const source = alarm('a', null, { subject: { type: 'hazard_source', id: 'HS-2' } });
    expect(hows(nearPoints(source, POINTS, pointOf))).toEqual(['4 source', '5 source']);
  });

  test('are alarms that stand: the nearest first, on the board before off it, what began it before the rest', () => {
    const all = [
      alarm('self', 1),
      alarm('late', 2, { raised_at: 11 * HOUR }),
      alarm('first', 2, { raised_at: 9 * HOUR }),
      alarm('shelved', 2, { raised_at: HOUR, state: 'shelved' }),
      alarm('same', 1, { condition: 'L' }),
      alarm('source', 3),
      alarm('far', 5),
      alarm('over', 2, { closed_as: 'cleared' }),
      alarm('past', 2, { historical: true }),
      alarm('drill', 2, { exercise: true }),
    ];
    expect(hows(nearAlarms(all[0]!, all, pointOf))).toEqual([
      'same point', 'first unit', 'late unit', 'shelved unit', 'source source',
    ]); // prettier-ignore
    expect(hows(nearAlarms(alarm('x', 2, { exercise: true }), all, pointOf))).toEqual(['drill point']);
  });

  test('is what the catalogue does not know told by the alarm itself', () => {
    const nowhere = (): undefined => undefined;
    const [one, other] = [alarm('a', 1, { group: 'ring' }), alarm('b', 4, { group: 'ring' })];
    expect(hows(nearAlarms(one, [other], nowhere))).toEqual(['b group']);
  });
});

describe('the time of its trend', () => {
  const raised = 10 * HOUR;

  test('begins 15 min before it and goes on while it is open', () => {
    const { start, end } = around(alarm('a', 1), raised + 5_000);
    expect([start, end]).toEqual([raised - AROUND_MS, raised + 6_000]);
    const returned = alarm('a', 1, { state: 'returned_unacknowledged', cleared_at: raised + MINUTE });
    expect(around(returned, raised + HOUR).end).toBeGreaterThanOrEqual(raised + HOUR);
  });

  test('moves on by what can be seen to move', () => {
    const ends = [0, 1, 2, 3].map((s) => around(alarm('a', 1), raised + 24 * HOUR + s * 1_000).end);
    expect(new Set(ends).size).toBe(1);
    expect(ends[0]! - (raised + 24 * HOUR)).toBeLessThan(5 * MINUTE);
  });

  test('stands still once it is over, 15 min after the last that it tells', () => {
    const over = alarm('a', 1, { closed_as: 'cleared', cleared_at: raised + MINUTE, acknowledged_at: raised + HOUR });
    expect(around(over, raised + 9 * HOUR).end).toBe(raised + HOUR + AROUND_MS);
    expect(around(over, raised + HOUR + MINUTE).end).toBe(raised + HOUR + MINUTE);
    expect(around(over, raised).end).toBe(raised + HOUR);
  });
});

test('what came live is not drawn again when it is stored, though the door has another time for it', () => {
  const at = (ms: number, value: number | string): Reading => ({ at: ms, value, min: null, max: null, quality: 0 });
  const states = ['closed', 'open', 'moving', 'fault'];
  const came = [at(1_000, 1), at(2_012, 3), at(2_400, 0), at(9_000, 3)];
  expect(newer(came, at(2_010, 'fault'), states).map((each) => each.at)).toEqual([2_400, 9_000]);
  expect(newer([at(5_002, 28.5)], at(5_000, 28.5), null)).toEqual([]);
  expect(newer([at(5_002, 56)], at(5_000, 28.5), null)).toHaveLength(1);
  expect(newer(came, undefined, states)).toBe(came);
});

describe('its journal', () => {
  const link = (event: string, more: object = {}, told: object = {}) =>
    parseEntry(
      { seq: 7, at: '2026-01-04T00:00:00Z', noted_at: '2026-01-04T00:00:05Z', event, body: { actor: 'li', note: '看过', ...told,
        alarm: { grade: 2, state: 'acknowledged', condition: 'HH', limit: 50, value: 55, raised_at: 1, ...more } } },
      alarm('a', 1),
    )!; // prettier-ignore

  test('tells who, when, what and why, in the unit of the alarm', () => {
    const raised = link('escalated', {}, { actor: null, note: null });
    expect([raised.actor, raised.notedAt - raised.at, raised.alarm?.id]).toEqual([null, 5_000, 'a']);
    expect(entryDetails(raised)).toEqual(['HH 高高报 ≥ 50 %LEL', '55 %LEL']);
    expect(entryDetails(link('acknowledged'))).toEqual(['看过']);
  });

  test('tells why it left the board once, and until when', () => {
    const off = { by: 'li', reason: '看过', until: '2026-01-04T01:00:00Z', permit: 'P-1', approved_by: 'wang' };
    expect(entryDetails(link('shelved', { off_board: off }))).toEqual([
      '看过', '至 2026-01-04 09:00:00', '作业票 P-1', 'wang 批准',
    ]); // prettier-ignore
  });

  test('of which nothing can be read is no entry', () => {
    expect(parseEntry({ event: 'raised' }, alarm('a', 1))).toBeNull();
    expect(parseEntry({ at: 1, event: 'raised', body: 7 }, alarm('a', 1))?.alarm).toBeNull();
  });

  test('ends the alarm that the live list tells no more of', () => {
    const open = alarm('a', 1);
    const over = link('cleared', { closed_as: 'cleared', cleared_at: 20, acknowledged_by: 'li', acknowledged_at: 10 });
    expect(ended(open, [link('acknowledged')])).toBe(open);
    expect(ended(open, [])).toBe(open);
    expect(ended(open, [link('acknowledged'), over])).toMatchObject({
      closedAs: 'cleared', clearedAt: 20, acknowledgedBy: 'li', value: 28,
    }); // prettier-ignore
  });
});

describe('the list of what happened', () => {
  const shown = async (problem: unknown, entries: readonly Entry[] | null) => {
    const list = mount(AlarmJournal, { target: document.body, props: { entries, cut: false, problem } });
    flushSync();
    const told = document.querySelector('[data-testid="alarm-journal"]')?.textContent ?? '';
    await unmount(list);
    return told;
  };

  test('says that it is read, that it is not recorded, and that it cannot be read now', async () => {
    expect(await shown(null, null)).toContain('正在读取');
    expect(await shown(null, [])).toContain('尚未入库');
    expect(await shown(new Problem(503, '', ''), null)).toContain('暂时无法读取：服务暂不可用');
    expect(await shown(new Problem(404, '', ''), null)).toContain('尚未入库');
  });

  test('keeps what was read when it cannot be read again', async () => {
    const raw = { seq: 1, at: 1_000, noted_at: 200_000, event: 'raised', body: {} };
    const told = await shown(new Problem(0, 'unreachable', ''), [parseEntry(raw, alarm('a', 1))!]);
    expect(told).toMatch(/连不上服务器.*报警产生.*系统.*迟 3:19/s);
  });
});

describe('whom to call', () => {
  let asked: string[];
  let answers: Record<string, { status?: number; body: unknown }>;
  let part: Record<string, unknown>;
  const told = () => document.body.textContent ?? '';
  const settle = async () => {
    for (let i = 0; i < 5; i++) await tick();
    await new Promise((resolve) => setTimeout(resolve, 10));
    flushSync();
  };
  const show = async (source: string, of: Alarm = alarm('a', 1)) => {
    part = mount(AlarmContacts, { target: document.body, props: { alarm: of, source, ready: true } });
    await settle();
  };

  beforeEach(() => {
    asked = [];
    session.token = 'secret';
    const phone = '0477-555 0110';
    answers = {
      '/api/v1/enterprises/E': { body: { contacts: [{ role: 'legal_representative', name: '赵', phone }, { role: 'emergency', name: '应急队', phone }, { role: 'duty', name: '值班室', phone }] } },
      '/api/v1/hazard-sources/E/HS-1': { body: { responsible: { chief: { name: '欧阳', phone: '138' }, technical: null, operating: null } } },
    }; // prettier-ignore
    served((url) => {
      asked.push(url);
      const answer = answers[url] ?? { status: 404, body: { title: 'x' } };
      return Response.json(answer.body, { status: answer.status ?? 200 });
    });
  });
  afterEach(async () => {
    await unmount(part);
    catalogue.clear();
    vi.unstubAllGlobals();
  });

  test('are those of the source, then who is on duty; others of the file are not called', async () => {
    await show('HS-1');
    expect(told()).toMatch(/欧阳.*138.*值班室.*0477-555 0110.*应急队/s);
    expect(told()).not.toContain('赵');
    expect(document.querySelector('[data-contact="duty"] a')?.getAttribute('href')).toBe('tel:0477-5550110');
  });

  test('what is not for this account is nothing loud', async () => {
    answers = { '/api/v1/enterprises/E': { status: 403, body: { title: 'no' } } };
    await show('HS-1');
    expect(told()).toContain('台账中没有该危险源，或当前账号无权查看。');
    expect(document.querySelector('[role="alert"]')).toBeNull();
  });

  test('what fails is said, in place', async () => {
    answers['/api/v1/enterprises/E'] = { status: 503, body: { title: 'x' } };
    await show('HS-1');
    expect(told()).toMatch(/欧阳.*暂时无法读取：服务暂不可用/s);
  });

  test('what failed is asked for again, what is not to be had is not', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const later = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms);
      flushSync();
    };
    const good = answers['/api/v1/enterprises/E']!;
    answers = { '/api/v1/enterprises/E': { status: 503, body: { title: 'x' } } };
    part = mount(AlarmContacts, { target: document.body, props: { alarm: alarm('a', 1), source: 'HS-1', ready: true } });
    await later(10);
    expect(told()).toContain('暂时无法读取');
    answers = { '/api/v1/enterprises/E': good };
    await later(5_000);
    await later(10);
    vi.useRealTimers();
    expect(told()).toContain('值班室');
    expect(told()).not.toContain('暂时无法读取');
    expect(asked.filter((url) => url.includes('hazard-sources'))).toHaveLength(1);
    expect(asked.filter((url) => url.includes('enterprises'))).toHaveLength(2);
  });

  test('of no source only the enterprise is asked, of the park nobody', async () => {
    await show('');
    expect(asked).toEqual(['/api/v1/enterprises/E']);
    await unmount(part);
    await show('', alarm('b', null, { enterprise: '*', subject: { type: 'store', id: 'database' } }));
    expect(asked).toHaveLength(1);
    expect(told()).toContain('园区自身的报警');
  });

});

test('an odd file has nobody', () => {
  expect(parseContacts(null)).toEqual([]);
  expect(parseContacts({ contacts: [7, { role: 'duty' }] })).toEqual([{ role: 'duty', name: '', phone: '' }]);
});
