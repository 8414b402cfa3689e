import { afterEach, describe, expect, it } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { detectorText } from '../src/app/detector-wording';
import { alarmSentence } from '../src/app/wording';
import { locale } from '../src/i18n/locale.svelte';
import { DETECTORS, parseDetector } from '../src/point/detector';
import { parsePoint } from '../src/point/point';

const point = parsePoint({ id: 1, enterprise: 'E', tag: 'LI-1', kind: 'level', unit: '%' })!;
const told = (raw: object, of = point) => detectorText(parseDetector({ tag: 'LI-1', ...raw })!, of);

const RULES: readonly [object, string, string][] = [
  [
    { kind: 'rate', direction: 'low', limit_per_min: 2, span_s: 60 },
    '每分钟下降 2 %（按 60 秒计）',
    'falls by 2 % a minute (over 60 s)',
  ],
  [
    { kind: 'deviation', others: ['LI-2', 'LI-3'], limit: 5 },
    '与 LI-2, LI-3 相差 5 % 及以上',
    'lies 5 % or more from LI-2, LI-3',
  ],
  [
    { kind: 'stuck', span_s: 3600, tolerance: 0, witness: 'FI-1', witness_moves: 3 },
    '3600 秒内变化不超过 0 %，而 FI-1 变化达到 3',
    'moves by no more than 0 % in 3600 s while FI-1 moves by 3',
  ],
  [{ kind: 'bad_quality' }, '质量无效或没有数值', 'bad quality, or no value'],
  [
    { kind: 'voting', others: ['LI-2'], needed: 2, limit: 25, window_s: 60 },
    '2 个探测器中 2 个在 60 秒内 ≥ 25 %：LI-1, LI-2',
    '2 of 2 detectors ≥ 25 % within 60 s: LI-1, LI-2',
  ],
  [
    { kind: 'count', needed: 3, span_s: 600, states: ['open', 'fault'] },
    '600 秒内变为“开 / 故障” 3 次',
    'becomes Open / Fault 3 times in 600 s',
  ],
  [
    { kind: 'forecast', limit: 90, horizon_s: 1800, direction: 'high' },
    '预计 1800 秒内达到 90 %',
    'reaches 90 % within 1800 s, by forecast',
  ],
  [{ kind: 'state', states: ['tripped'] }, '状态为“动作”', 'state Tripped'],
  [
    { kind: 'expression', text: 'a > {b}', variables: { a: 'LI-1', b: 'LI-2' } },
    'a > {b}（a = LI-1, b = LI-2）',
    'a > {b} (a = LI-1, b = LI-2)',
  ],
];

afterEach(() => {
  locale.language = 'zh-CN';
});

describe('a rule that is more than a limit', () => {
  it.each(RULES)('is told in both languages: %o', (raw, zh, en) => {
    expect(told(raw)).toBe(zh);
    locale.language = 'en';
    expect(told(raw)).toBe(en);
  });

  it('tells no unit that it cannot know', () => {
    const other = { ...point, tag: 'FI-1', unit: 'm3/h' };
    const stuck = { kind: 'stuck', span_s: 60, tolerance: 1, witness: 'FI-1', witness_moves: 3 };
    expect(told(stuck, other)).toContain('不超过 1，而');
    expect(told({ kind: 'deviation', others: ['FI-1'], limit: 5 }, other)).toContain('5 m³/h');
  });

  it('is known in every kind that the server has, and no limit is taken for one', () => {
    for (const kind of DETECTORS) expect(parseDetector({ kind, tag: 'LI-1' })?.kind).toBe(kind);
    for (const raw of [{ kind: 'limit', tag: 'LI-1' }, { kind: 'rate' }, 'rate', null]) {
      expect(parseDetector(raw)).toBeNull();
    }
  });
});

describe('an alarm of such a rule', () => {
  const sentence = (condition: string, params: object, more: object = {}) => {
    const raw = { id: 'a', enterprise: 'E', tag: 'LI-1', grade: 2, state: 'unacknowledged' };
    const parsed = parseAlarm({
      ...raw, condition, limit: null, value: null, unit: '%', kind: 'level', name: '液位',
      rule: 'd1', raised_at: 1_000, message: { code: condition, params, text: '' }, ...more,
    }); // prettier-ignore
    if (!parsed) throw new Error('no alarm');
    return alarmSentence(parsed);
  };

  it('says what was found', () => {
    const rate = { value: -3, limit_per_min: 2, direction: 'low' };
    expect(sentence('rate', rate)).toBe('液位下降过快：每分钟 3 %，限值 2 %');
    const vote = { value: 2, needed: 2, limit: 25, points: 'GT-1, GT-2' };
    expect(sentence('voting', vote)).toBe(
      '液位同组 2 个探测器达到 25 %（表决需 2 个：GT-1, GT-2）',
    );
    expect(sentence('state', { value: 1 }, { kind: 'interlock' })).toBe('液位状态：动作');
    const often = { value: 3, needed: 3, span_s: 600 };
    expect(sentence('count', often, { name: 'XV-1' })).toBe('XV-1在 600 秒内发生 3 次，限 3 次');
    locale.language = 'en';
    const fire = { kind: 'fire', name_en: 'FD-1' };
    expect(sentence('state', { value: 1 }, fire)).toBe('FD-1 reports alarm');
    expect(sentence('state', { value: 1 }, { ...fire, kind: 'interlock' })).toBe('FD-1 has tripped');
    expect(sentence('forecast', { value: 900, low: 800, high: 1000, limit: 90 })).toContain(
      'will reach 90 % in about 900 s (800 to 1000 s)',
    );
  });

  it('says that its readings do not suffice, not that a judge is away', () => {
    const said = sentence('bad_quality', {}, { judged: false });
    expect(said).toBe('液位数据质量无效，请检查仪表及其线路 （数据不足，目前无法判定）');
  });

  it('says of a rule that cannot judge why', () => {
    const about = { tag: null, subject: { type: 'rule', id: 'd1' } };
    expect(sentence('undetermined', { fault: 'LookupError' }, about)).toBe(
      '规则无法判定：LookupError',
    );
    const told = { fault: 'points.other: This point is not registered.', fault_zh: '监测点未登记' };
    expect(sentence('undetermined', told, about)).toBe('规则无法判定：监测点未登记');
    locale.language = 'en';
    expect(sentence('undetermined', told, about)).toContain('This point is not registered.');
  });
});
