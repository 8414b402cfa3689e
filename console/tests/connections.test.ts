import { expect, test } from 'vitest';
import { EVENT_KINDS, detailOf, parseEvent } from '../src/connection/event';
import { byGateway, missing, parseGap, rangeText, type Gap } from '../src/connection/gap';
import { byEnterprise, parseGateway, withTranscoded } from '../src/connection/gateway';
import { FATES, parseLedger, today, unaccounted } from '../src/connection/ledger';
import { hexDump, parseLetter, shownText } from '../src/connection/letter';
import { parseOnlineRates, percent, wholeOf } from '../src/connection/online';
import { steady } from '../src/connection/steady';
import { descriptionOf, likelyKind, USUAL_UNIT } from '../src/connection/tag';
import { parseTrial } from '../src/connection/trial';
import { sayIfKnown } from '../src/i18n/text';
import { CONNECTION_VIEWS, hashOf, parseRoute } from '../src/route/route';

const AT = '2026-01-04T16:00:00.000Z';
const bytes = (...all: number[]): Uint8Array => Uint8Array.from(all);

test('a gateway is read with what is the matter with it, the worst first', () => {
  const gateway = parseGateway({
    enterprise: 'HX01',
    code: 'gw1',
    state: 'link_lost',
    since: AT,
    clock: 'stuck',
    clock_since: AT,
    skew_ms: -3012,
    conditions: [
      { kind: 'over_rate', since: AT, until: null, count: 12 },
      { kind: 'gateway_cut', since: AT, until: AT, count: 5000 },
      { kind: 'of the future', since: AT, until: null, count: 1 },
    ],
  });
  expect(gateway?.flags.map((flag) => flag.kind)).toEqual([
    'gateway_cut',
    'clock_stuck',
    'over_rate',
  ]);
  expect([gateway?.state, gateway?.skewMs, gateway?.pointsOnline]).toEqual([
    'link_lost',
    -3012,
    null,
  ]);
  const told = new Map([['HX01/gw1', Date.parse(AT)]]);
  expect(gateway && withTranscoded(gateway, told).flags.at(-1)?.kind).toBe('text_transcoded');
  expect(gateway && withTranscoded(gateway, new Map()).flags).toHaveLength(3);
});

test('a state that is not known here is never shown as online', () => {
  expect(parseGateway({ enterprise: 'A', code: 'g', state: 'dreaming' })?.state).toBe('unknown');
  expect(parseGateway({ enterprise: 'A' })).toBeNull();
});

test('rows of one enterprise stand together', () => {
  const rows = ['A', 'B', 'A'].map((enterprise) => ({ enterprise }));
  expect(byEnterprise(rows).map(([code, own]) => [code, own.length])).toEqual([
    ['A', 2],
    ['B', 1],
  ]);
});

test('the ledger adds up, and says by how much when it does not', () => {
  const day = {
    day: '2026-01-04',
    messages: 3,
    received: 28,
    ...Object.fromEntries(FATES.map((fate, i) => [fate, i + 1])),
  };
  const ledger = parseLedger({ days: [day], boots: [] });
  const now = Date.parse('2026-01-04T23:59:00Z');
  expect(ledger && unaccounted(today(ledger, now))).toBe(0);
  const wrong = parseLedger({ days: [{ ...day, received: 30 }], boots: [] });
  expect(wrong && unaccounted(today(wrong, now))).toBe(2);
});

test('a day begins with nothing received, at midnight of UTC', () => {
  const ledger = parseLedger({ days: [{ day: '2026-01-04', received: 5, stored: 5 }], boots: [] });
  const found = ledger && today(ledger, Date.parse('2026-01-05T00:00:01Z'));
  expect(found?.received).toBe(0);
  expect(found && unaccounted(found)).toBe(0);
});

const gap = (id: number, more: object = {}): Gap => {
  const found = parseGap({
    id,
    enterprise: 'A',
    gateway: 'gw1',
    boot: 'b',
    from_seq: 3,
    to_seq: 5,
    opened_at: AT,
    ...more,
  });
  if (!found) throw new Error('no gap');
  return found;
};

test('gaps are gathered by gateway, with what is missing still and since when', () => {
  const earlier = '2026-01-04T15:00:00.000Z';
  const groups = byGateway([
    gap(1, { gateway: 'gw2' }),
    gap(2),
    gap(3, { from_seq: 9, to_seq: 9, opened_at: earlier }),
    gap(4, { filled: 3, closed_at: AT, opened_at: '2026-01-01T00:00:00Z' }),
  ]);
  expect(groups.map((group) => [group.gateway, group.missing, group.gaps.length])).toEqual([
    ['gw1', 4, 3],
    ['gw2', 3, 1],
  ]);
  expect(groups[0]?.since).toBe(Date.parse(earlier));
  expect(byGateway([gap(4, { closed_at: AT })])[0]?.since).toBeNull();
  expect([rangeText(gap(1)), rangeText(gap(1, { to_seq: 3 }))]).toEqual(['3 – 5', '3']);
  expect(missing(gap(1, { filled: 1 }))).toBe(2);
});

test('bytes are shown as text that can neither hide nor turn anything', () => {
  const hostile = new TextEncoder().encode('a\u202Eb\u0000\t<script>\nz\u200B');
  expect(shownText(hostile)).toBe('a\\u{202e}b\\x00\\t<script>\nz\\u{200b}');
  expect(shownText(bytes(0x7b, 0xff, 0xfe))).toBe('{��');
});

test('bytes are shown in sixteens, as what they are and as what they look like', () => {
  const dump = hexDump(bytes(...Array.from('0123456789abcdef!', (c) => c.charCodeAt(0)), 0xb5));
  expect(dump.split('\n')).toEqual([
    '0000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef',
    `0010  21 b5${' '.repeat(42)}  !.`,
  ]);
  expect(hexDump(bytes())).toBe('');
});

test('a dead letter keeps the bytes that are no text', () => {
  const letter = parseLetter({
    id: 7,
    enterprise: 'A',
    received_at: AT,
    payload: '�',
    payload_base64: '/w==',
    size: 9000,
  });
  expect([...(letter?.bytes ?? [])]).toEqual([0xff]);
  expect(letter?.size).toBe(9000);
});

test('what a tag measures is guessed from its name and from what it sent', () => {
  expect(likelyKind('GT-101', '12.5')).toBe('combustible_gas');
  expect(likelyKind('unit1/TI-9', '120.0')).toBe('temperature');
  expect(likelyKind('ESD-301', 'tripped')).toBe('interlock');
  expect(likelyKind('T-1', 'open')).toBe('valve');
  expect(likelyKind('温度', '1')).toBe('analog');
  expect(likelyKind('whatever', 'no such state')).toBe('switch');
  expect(USUAL_UNIT.combustible_gas).toBe('%LEL');
});

test('an adoption that cannot be right is told before it is sent', () => {
  const proposal = { kind: 'level', unit: ' % ', name: '', low: '', high: '' } as const;
  expect(descriptionOf(proposal)).toEqual({ kind: 'level', unit: '%' });
  expect(descriptionOf({ ...proposal, unit: ' ' })).toBe('adopt.unit-missing');
  for (const [low, high] of [['1', ''], ['5', '5'], ['x', '9']] as const) {
    expect(descriptionOf({ ...proposal, low, high })).toBe('adopt.range-wrong');
  }
  expect(descriptionOf({ ...proposal, name: ' 液位 ', low: '-1', high: '2.5' })).toEqual({
    kind: 'level',
    unit: '%',
    name: '液位',
    range_low: -1,
    range_high: 2.5,
  });
  const state = { ...proposal, kind: 'valve', unit: '1', low: 'left over' } as const;
  expect(descriptionOf(state)).toEqual({ kind: 'valve', unit: '1' });
});

test('rows hold still while somebody points at them, and follow afterwards', () => {
  const key = (item: { id: string; n: number }): string => item.id;
  const before = steady([], [{ id: 'a', n: 1 }, { id: 'b', n: 1 }], key, true);
  expect(before.map((row) => row.key)).toEqual(['a', 'b']);
  const read = [{ id: 'c', n: 2 }, { id: 'b', n: 2 }];
  const held = steady(before, read, key, true);
  expect(held.map((row) => [row.key, row.item.n, row.gone])).toEqual([
    ['a', 1, true],
    ['b', 2, false],
  ]);
  const free = steady(held, read, key, false);
  expect(free.map((row) => [row.key, row.gone])).toEqual([['c', false], ['b', false]]);
});

test('an online rate below its target is not rounded up to it', () => {
  expect([percent(0.994999), percent(0.995), percent(1), percent(0)]).toEqual([
    '99.49 %',
    '99.5 %',
    '100 %',
    '0 %',
  ]);
});

test('every kind of event has words in both languages, and no kind is swallowed', () => {
  for (const kind of EVENT_KINDS) {
    expect(sayIfKnown('zh-CN', `event.${kind}`)).not.toBeNull();
    expect(sayIfKnown('en', `event.${kind}`)).not.toBeNull();
  }
  const event = parseEvent({ id: 1, kind: 'of_the_future', at: AT, detail: 'x', count: 2 });
  expect([event?.kind, event && detailOf(event)]).toEqual(['of_the_future', 'x']);
  const told = parseEvent({ id: 1, kind: 'only_poison', at: AT, detail: 'Nothing of 20 …' });
  expect(told && detailOf(told)).toBe('');
});

test('each view has an address of its own', () => {
  for (const view of CONNECTION_VIEWS) {
    expect(parseRoute(hashOf({ screen: 'connections', view }))).toEqual({
      screen: 'connections',
      view,
    });
  }
  expect(parseRoute('#/connections/nonsense')).toEqual({ screen: 'connections', view: 'gateways' });
});

test('a conformance test is read with its items, and never passes by being unreadable', () => {
  const raw = {
    id: 3,
    started_at: AT,
    ends_at: AT,
    outcome: 'failed',
    items: [{ item: 'qos', title: 'QoS 1', mark: 'failed', text: 'why' }, { item: 'x', mark: '?' }],
    ask: { do: 'raise', text: 'raise it' },
  };
  const trial = parseTrial(raw);
  expect(trial?.items.map((item) => [item.title, item.mark])).toEqual([
    ['QoS 1', 'failed'],
    ['x', 'pending'],
  ]);
  expect([trial?.ask, trial?.record]).toEqual(['raise it', null]);
  expect(parseTrial({ ...raw, outcome: 'of the future' })?.outcome).toBe('interrupted');
});

test('the online rate of all that an account sees is the park\'s, or that of its own enterprise', () => {
  const online = (points: number) => ({ points, points_online: points, online_rate: 1 });
  const own = { enterprise: 'E1', online: online(3) };
  const whole = (raw: object) => wholeOf(parseOnlineRates(raw))?.points ?? null;
  expect(whole({ park: online(9), enterprises: [own] })).toBe(9);
  expect(whole({ park: null, enterprises: [own] })).toBe(3);
  expect(whole({ park: null, enterprises: [own, { ...own, enterprise: 'E2' }] })).toBeNull();
  expect(wholeOf(null)).toBeNull();
});
