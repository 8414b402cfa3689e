import { describe, expect, test } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { raisedAtText } from '../src/app/wording';
import { measured } from '../src/format/number';
import { clock, duration, shortStamp, stamp } from '../src/format/time';
import { unbroken, unitText } from '../src/format/unit';
import { en } from '../src/i18n/en';
import { say, sayIfKnown } from '../src/i18n/text';
import { zhCN } from '../src/i18n/zh-CN';
import { parsePoint, isOverdue, statesOf } from '../src/point/point';
import { parseReading } from '../src/point/reading';
import { hashOf, parseRoute, type Route } from '../src/route/route';

describe('time is the park’s, whatever the computer’s zone', () => {
  const noon = Date.parse('2026-01-04T04:00:00Z');
  test('Asia/Shanghai', () => expect(stamp(noon)).toBe('2026-01-04 12:00:00'));
  test('midnight is 00, not 24', () =>
    expect(clock(Date.parse('2026-01-04T16:00:00Z'))).toBe('00:00:00'));
  test('today without its date', () => {
    expect(shortStamp(noon, noon + 3_600_000)).toBe('12:00:00');
    expect(shortStamp(noon, noon + 86_400_000)).toBe('01-04 12:00:00');
  });
  test.each([
    [-5, '0:00'],
    [42_999, '0:42'],
    [725_000, '12:05'],
    [11_045_000, '3:04:05'],
    [183_840_000, '2 天 03:04'],
  ])('%i ms lasted %s', (ms, text) => expect(duration(ms)).toBe(text));
});

test.each([
  [0, '0'],
  [55, '55'],
  [12.5, '12.5'],
  [120.449, '120.4'],
  [0.12345, '0.123'],
  [0.00321, '0.00321'],
  [-40.126, '-40.13'],
  [101_325.04, '101325'],
  [1e9, '1.000e+9'],
])('%d is written %s', (value, text) => expect(measured(value)).toBe(text));

describe('the two languages', () => {
  test('the switch shows the other language', () => {
    expect(say('zh-CN', 'lang.switch')).toBe('English');
    expect(say('en', 'lang.switch')).toBe('中文');
  });
  test('parameters are put in', () =>
    expect(say('en', 'alarms.shown', { shown: 3, count: 9 })).toBe('3 of 9'));
  test('no text is empty, and no Chinese text is left in English', () => {
    for (const key of Object.keys(zhCN) as (keyof typeof zhCN)[]) {
      expect(zhCN[key], key).not.toBe('');
      expect(en[key], key).not.toBe('');
      if (key !== 'lang.switch') expect(en[key], key).not.toMatch(/\p{Script=Han}/u);
    }
  });
  test('no text speaks of calls, paths or codes to who sits before a screen', () => {
    const technical = /\b(GET|POST|PUT|PATCH|DELETE)\b|\/api\/|\/v1\b|\b[a-z]+_[a-z_]+\b|YYYY/;
    for (const key of Object.keys(zhCN) as (keyof typeof zhCN)[]) {
      for (const text of [zhCN[key], en[key]]) {
        expect(text.replace(/\{\w+\}/g, ''), key).not.toMatch(technical);
      }
    }
  });
  test('no text is left over that no screen shows', () => {
    const sources = import.meta.glob<string>('../src/**/*.{ts,svelte}', {
      eager: true,
      query: '?raw',
      import: 'default',
    });
    const code = Object.entries(sources)
      .filter(([path]) => !path.includes('/i18n/'))
      .map(([, text]) => text)
      .join('\n');
    const groups = new Set([...code.matchAll(/`([a-z.-]+)\.\$\{/g)].map((match) => match[1]));
    for (const named of code.matchAll(/locale\.name\('([\w.]+)'/g)) groups.add(named[1]);
    const unused = Object.keys(zhCN).filter(
      (key) => !code.includes(`'${key}'`) && !groups.has(key.slice(0, key.lastIndexOf('.'))),
    );
    expect(unused).toEqual([]);
  });
  test('a name nobody knows is left to the caller', () =>
    expect(sayIfKnown('en', 'condition.XYZ')).toBeNull());
  test('units are written as people write them', () => {
    expect(unitText('Cel')).toBe('°C');
    expect(unitText('%LEL')).toBe('%LEL');
    expect(unitText('whatever')).toBe('whatever');
    expect(unitText('constructor')).toBe('constructor');
  });
  test('every state of every state kind has a name', () => {
    for (const kind of ['fire', 'smoke', 'interlock', 'valve', 'switch']) {
      for (const name of statesOf(kind) ?? []) {
        expect(sayIfKnown('zh-CN', `value.${name}`), name).not.toBeNull();
      }
    }
  });
});

test.each<Route>([
  { screen: 'alarms', view: 'current' },
  { screen: 'alarms', view: 'historical' },
  { screen: 'points' },
  { screen: 'point', enterprise: 'HX01', tag: 'PI-1007/A #2 %' },
])('a route survives the address bar: $screen', (route) =>
  expect(parseRoute(hashOf(route))).toEqual(route),
);

test.each(['', '#/', '#/nowhere', '#/alarms/else'])('%j leads to the alarms', (hash) =>
  expect(parseRoute(hash)).toEqual({ screen: 'alarms', view: 'current' }),
);

describe('points and readings', () => {
  const raw = { id: 3, enterprise: 'E', tag: 'T', kind: 'oxygen', unit: 'vol%', period_s: 5 };
  test('late after three periods and ten seconds; what tells no period never', () => {
    const point = parsePoint(raw);
    const quiet = parsePoint({ ...raw, reporting: 'on_change', period_s: null });
    const quick = parsePoint({ ...raw, period_s: 1 });
    if (!point || !quiet || !quick) throw new Error('no point');
    expect(isOverdue(point, 0, 15_000)).toBe(false);
    expect(isOverdue(point, 0, 15_001)).toBe(true);
    expect(isOverdue(quiet, 0, 1e9)).toBe(false);
    expect(isOverdue(quick, 0, 10_000)).toBe(false);
    expect(isOverdue(quick, 0, 10_001)).toBe(true);
  });
  test('a point without an id is none', () => expect(parsePoint({ tag: 'T' })).toBeNull());
  test('a roll-up shows its mean between minimum and maximum', () => {
    const read = parseReading({ measured_at: '2026-01-04T16:00:00Z', min: 1, max: 3, mean: 2 });
    expect(read).toMatchObject({ value: 2, min: 1, max: 3, quality: 0 });
  });
  test('a null reading is bad, not zero', () =>
    expect(parseReading({ measured_at: 5, value: null, quality: 'bad' })).toMatchObject({
      value: null,
      quality: 2,
    }));
});

test('of a state alarm the list tells the state, of any other the value, of none nothing', () => {
  const read = (value: number | null, more: object): string =>
    raisedAtText(parseAlarm({ id: 'a', enterprise: 'E', tag: 'T', condition: 'state', value, unit: '1', ...more })!);
  const told = (value: number) => ({ code: 'state', params: { value }, text: '' });
  expect(read(null, { kind: 'interlock', message: told(1) })).toBe('动作');
  expect(read(45.1, { kind: 'combustible_gas', unit: '%LEL', message: told(1) })).toBe('45.1 %LEL');
  expect(read(null, { kind: 'combustible_gas', message: told(1) })).toBe('–');
  expect(read(null, { kind: 'interlock' })).toBe('–');
});

test('no line ends between a figure and its unit', () => {
  expect(unbroken('LI-1 reached its High limit 80 %, at 81 %')).toBe('LI-1 reached its High limit 80\u00a0%, at 81\u00a0%');
  expect(unbroken('LT-1 达到高报限值 80 %，报警值 -0.5 MPa(g)')).toBe('LT-1 达到高报限值 80\u00a0%，报警值 -0.5\u00a0MPa(g)');
});
