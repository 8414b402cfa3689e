import { afterEach, describe, expect, it } from 'vitest';
import agreed from './agreed/rule-parameters.json';
import sentences from './agreed/rule-sentences.json';
import { Problem } from '../src/api/problem';
import '../src/app/drill-sentence';
import '../src/app/expression-sentence';
import { toldOf } from '../src/app/form-desk.svelte';
import { boundsText, ruleFacts, ruleText, triedText, wrongText } from '../src/app/rule-wording';
import { inChinese, sentenceText } from '../src/app/sentence-wording';
import { locale } from '../src/i18n/locale.svelte';
import { parseBacktest } from '../src/point/backtest';
import { DETECTORS } from '../src/point/detector';
import { parsePoint } from '../src/point/point';
import { compareRules, parseAnyRule } from '../src/point/rule';
import { bodyOf, draftOfRule, newDraft, triedOf, type Draft } from '../src/point/rule-draft';
import { FIELDS, fieldsFor, kindsFor, RULE_KINDS } from '../src/point/rule-field';
import { parseDetectorTemplate, parseLimitTemplate } from '../src/point/template';

const point = parsePoint({ id: 1, enterprise: 'E', tag: 'LI-1', kind: 'level', unit: '%' })!;
const valve = parsePoint({ id: 2, enterprise: 'E', tag: 'XV-1', kind: 'valve', unit: '1' })!;
const rule = (raw: object) => parseAnyRule({ id: 'r1', tag: 'LI-1', grade: 2, version: 3, ...raw })!;
const filled = (draft: Draft, values: object): Draft => ({
  kind: draft.kind,
  values: { ...draft.values, ...values },
});

afterEach(() => {
  locale.language = 'zh-CN';
});

describe('the words of a rule', () => {
  it('of a registered group do not say how many it has', () => {
    const group = { group: 'GDS-1', others: [], direction: 'high', needed: 2, window_s: 60, limit: 25 };
    const voting = rule({ kind: 'voting', parameters: group, ...group });
    expect(ruleText(voting, point)).toBe('表决报警：探测器组 GDS-1 中 2 个在 60 秒内 ≥ 25 %');
    const apart = { group: 'RED-1', others: [], limit: 3 };
    const deviation = rule({ kind: 'deviation', parameters: apart, ...apart });
    expect(ruleText(deviation, point)).toBe('偏差报警：与探测器组 RED-1 相差 3 % 及以上');
  });
});

describe('the fields of a rule', () => {
  it.each(DETECTORS)('%s: numbers, bounds and usual values are those of the server', (kind) => {
    const ours = FIELDS[kind].flatMap((field) =>
      field.input === 'number'
        ? [[field.name, field.needed, field.usual, field.low, field.high, field.above, field.whole]]
        : [],
    );
    const theirs = agreed[kind]
      .filter((each) => each.form === 'number' || each.form === 'integer')
      .map((each) => [
        each.name, each.needed, each.usual, each.low, each.high, each.above, each.form === 'integer',
      ]); // prettier-ignore
    expect(ours.sort()).toEqual(theirs.sort());
    const names: string[] = FIELDS[kind].map(({ name }) => name);
    for (const each of agreed[kind]) expect(names).toContain(each.name);
  });

  it('are those that fit the point: a state is counted, a quantity limited', () => {
    expect(kindsFor(valve)).toEqual(['state', 'count', 'bad_quality', 'expression']);
    expect(kindsFor(point)).toEqual(RULE_KINDS.filter((kind) => kind !== 'state'));
    expect(fieldsFor('count', valve).map(({ name }) => name)).toEqual(['needed', 'span_s', 'states']);
    expect(fieldsFor('count', point).map(({ name }) => name)).not.toContain('states');
  });

  it('say their bounds shortly', () => {
    expect(boundsText({ low: 2, high: 60, above: null })).toBe('2–60');
    expect(boundsText({ low: null, high: null, above: 0 })).toBe('> 0');
    expect(boundsText({ low: null, high: 9, above: 0 })).toBe('> 0, ≤ 9');
    expect(boundsText({ low: 0, high: null, above: null })).toBe('≥ 0');
  });
});

describe('what is typed', () => {
  it('becomes the body of a request', () => {
    const draft = filled(newDraft('rate', point), {
      limit_per_min: '０．５', grade: '2', latch: 'yes', action: ' 停泵 ', respond_within_s: '300',
      valid_until: ' 2026-12-01 08：30',
    }); // prettier-ignore
    expect(bodyOf(draft, point)).toEqual({
      wrong: {},
      body: {
        kind: 'rate', enterprise: 'E', tag: 'LI-1', grade: 2, latch: true, direction: 'high',
        limit_per_min: 0.5, deadband_per_min: 0, span_s: 60, on_delay_s: 0, off_delay_s: 0,
        realarm_s: null, respond_within_s: 300, cause: null, consequence: null, action: '停泵',
        message: null, owner: null, reason: null, valid_until: '2026-12-01T08:30:00+08:00',
      },
    }); // prettier-ignore
  });

  it('is refused at its field', () => {
    const wrong = (draft: Draft, of = point) => bodyOf(draft, of).wrong;
    const rate = newDraft('rate', point);
    expect(wrong(rate)).toEqual({ limit_per_min: { why: 'missing' } });
    expect(wrong(filled(rate, { limit_per_min: '0', span_s: '1', on_delay_s: 'x' }))).toEqual({
      limit_per_min: { why: 'above', bound: 0 },
      span_s: { why: 'low', bound: 2 },
      on_delay_s: { why: 'number' },
    });
    const vote = filled(newDraft('voting', point), { needed: '1.5', limit: '5', window_s: '9999' });
    expect(wrong(vote)).toEqual({
      needed: { why: 'whole' },
      others: { why: 'missing' },
      window_s: { why: 'high', bound: 3600 },
    });
    const text = filled(newDraft('expression', point), { text: 'a > 1', variables: 'a=LI-1\na=LI-2' });
    expect(wrong(text)).toEqual({ variables: { why: 'variables' } });
    const until = (valid_until: string) => wrong(filled(rate, { limit_per_min: '1', valid_until }));
    expect(until('2026-02-30 08:30')).toEqual({ valid_until: { why: 'moment' } });
    expect(until('12/01/2026')).toEqual({ valid_until: { why: 'moment' } });
    expect(wrong(newDraft('count', valve), valve)).toHaveProperty('states');
    expect(wrongText({ why: 'high', bound: 3600 })).toBe('不得大于 3600。');
  });

  it('of a rule as it stands is that rule again', () => {
    const told = {
      kind: 'expression', grade: 1, text: 'a > 1.0', variables: { a: 'LI-1', b: 'x=y' }, fresh_s: 60,
      valid_until: '2026-12-01T00:30:00Z', cause: '满罐', latch: true, realarm_s: 600,
    }; // prettier-ignore
    const { body, wrong } = bodyOf(draftOfRule(rule(told), point), point);
    expect(wrong).toEqual({});
    expect(body).toMatchObject({ ...told, valid_until: '2026-12-01T08:30:00+08:00' });
    const state = rule({ kind: 'state', states: ['open', 'fault'], tag: 'XV-1' });
    expect(bodyOf(draftOfRule(state, valve), valve).body['states']).toEqual(['open', 'fault']);
  });

  it('is tried without what is only said of it', () => {
    const limit = bodyOf(filled(newDraft('limit', point), { limit: '80' }), point).body;
    expect(triedOf(limit, 'r1')).toEqual({
      kind: 'limit', enterprise: 'E', tag: 'LI-1', grade: 3, condition: 'H', limit: 80, deadband: 0,
      on_delay_s: 0, off_delay_s: 0,
    }); // prettier-ignore
    const bad = bodyOf(newDraft('bad_quality', point), point).body;
    expect(triedOf(bad, 'd1')['id']).toBe('d1');
    expect(triedOf(bad, null)).not.toHaveProperty('id');
  });
});

describe('a rule in the list', () => {
  it('says what it looks for and how it judges, in both languages', () => {
    const high = rule({ kind: 'limit', condition: 'HH', limit: 90, deadband: 5, latch: true });
    expect(ruleText(high, point)).toBe('HH 高高报 ≥ 90 %');
    expect(ruleFacts(high, point)).toBe('死区 5 % · 延时 0 / 0 秒 · 锁存');
    locale.language = 'en';
    const rate = rule({ kind: 'rate', limit_per_min: 2, deadband_per_min: 1, span_s: 60, realarm_s: 600 });
    expect(ruleText(rate, point)).toBe('Rate of change: rises by 2 % a minute (over 60 s)');
    expect(ruleFacts(rate, point)).toContain('deadband 1 % a minute · delay 0 / 0 s · does not latch');
  });

  it('stands in the order of what it limits, then of its grade', () => {
    const limits = [10, 90].map((limit) => rule({ kind: 'limit', condition: 'H', limit }));
    const others = [3, 1].map((grade) => rule({ kind: 'bad_quality', grade }));
    const sorted = [...others, ...limits].sort(compareRules);
    expect(sorted.map((each) => (each.kind === 'limit' ? each.limit : each.grade))).toEqual([90, 10, 1, 3]);
  });
});

describe('what a template proposes', () => {
  it('is a rule with its source, its basis and how sure that is', () => {
    const limits = parseLimitTemplate({
      tag: 'LI-1', why_not: null,
      proposals: [{ condition: 'HH', limit: 90, grade: 2, source: 'AQ 3035', basis: 'b', trust: 'read', rule: 'r9' }],
    }); // prettier-ignore
    const [proposal] = limits?.proposals ?? [];
    expect(proposal).toMatchObject({ name: 'HH', trust: 'read', standing: 'r9' });
    expect(proposal?.rule).toMatchObject({ kind: 'limit', source: 'AQ 3035', basis: 'b', limit: 90 });
    const more = parseDetectorTemplate({
      tag: 'LI-1',
      proposals: [{ name: 'filling', kind: 'forecast', fields: { limit: 90, horizon_s: 900 }, grade: 3, rule: null }],
    }); // prettier-ignore
    expect(more?.proposals[0]).toMatchObject({ name: 'filling', standing: null });
    expect(ruleText(more!.proposals[0]!.rule, point)).toContain('900 秒');
    expect(parseLimitTemplate({ why_not: 'no', proposals: [] })?.whyNot).toBe('no');
  });
});

describe('a back-test', () => {
  const load = { alarms: 2, by_grade: [0, 1, 1, 0], floods: [] };
  const raw = {
    start: '2026-01-01T00:00:00Z', end: '2026-01-08T00:00:00Z', points: 1, readings: 9, left_out: 1,
    today: { ...load, alarms: 0 }, proposed: load, appearing: 700, vanishing: 0,
    appears: [{ tag: 'LI-1', condition: 'rate', grade: 2, value: 3, raised_at: '2026-01-02T00:00:00Z', ended_at: null }],
    vanishes: [],
  }; // prettier-ignore

  it('tells what comes and goes, and what it counts beyond what it lists', () => {
    const found = parseBacktest(raw)!;
    expect([found.today.alarms, found.proposed.alarms, found.appearing, found.leftOut]).toEqual([0, 2, 700, 1]);
    expect(triedText(found.appears[0]!, point)).toBe('变化率报警 · 每分钟 3 %');
    expect(parseBacktest({ ...raw, today: undefined })).toBeNull();
  });

  it('words what each kind measures', () => {
    const tried = { tag: 'LI-1', grade: 2, limit: null, raisedAt: 0, endedAt: null } as const;
    const told = (condition: string, value: number, of = point) => triedText({ ...tried, condition, value }, of);
    expect(told('forecast', 90)).toContain('90 秒');
    expect(told('signal_band', 3.2)).toContain('3.2 mA');
    expect(told('state', 1, valve)).toContain('开');
    expect(told('HH', 95)).toBe('HH 高高报 · 95 %');
  });
});

describe('what the server says of fields', () => {
  it('is found by the path, or by what a sentence is led by', () => {
    const errors = [{ field: 'rules.0.others.1', message: 'no' }, { field: 'variables.gas', message: 'who' }];
    expect(toldOf(Problem.of(422, { detail: 'x', errors }))).toEqual({ others: 'no', variables: 'who' });
    expect(toldOf(Problem.of(422, { detail: 'reason: 60 % is laxer.' }))).toEqual({ reason: '60 % is laxer.' });
    expect(toldOf(Problem.of(409, { detail: 'Nothing is led.' }))).toEqual({});
  });
});

describe('what the services say in English', () => {
  it.each(Object.values(sentences).flat())('has its Chinese: %s', (sentence) => {
    const chinese = inChinese(sentence);
    expect(chinese).toMatch(/[\u4e00-\u9fff]/);
    expect(chinese).not.toMatch(/\$\d|undefined/);
  });

  it('of a second rule for a condition has its Chinese', () => {
    const said = 'GT-1 has a rule for HH already: change that one (id r3bba2c6a).';
    expect(inChinese(said)).toBe('GT-1 已有 HH 规则，请修改该规则。');
  });

  it.each([
    'GT-1 has rules already for rate (rule r1): change those, or leave these out.',
    'scenario: no simulator can play it: choose one of the list of scenarios.',
    'No simulator is ready for drills: start `parkwatch sim drill`.',
    'Another drill is not over yet: end it first.',
    'None of the gateways that this scenario speaks for is registered here.',
  ])('what the services refuse has its Chinese: %s', (said) => {
    expect(inChinese(said)).toMatch(/[\u4e00-\u9fff].*。$/);
  });

  it('keeps its figures, and a sentence that is not known stays as it came', () => {
    const [lel, oel] = sentences.basis.filter((each) => each.includes('degrees Celsius')).reverse();
    expect(inChinese(lel!)).toBe('25 %LEL 和 50 %LEL，爆炸下限取自 IEC 60079-20-1:2010，按 20 ℃ 换算');
    expect(inChinese(oel!)).toContain('PC-TWA 为 20 mg/m³（GB/T 50493-2019 附录）');
    const unknown = "It cannot be compiled: undeclared reference to 'gsa' at character 2.";
    expect(inChinese(unknown)).toBe('表达式第 2 个字符处的 gsa 没有定义，请在“变量”中加入或改正其名称。');
    const whole = "It cannot be compiled: found no matching overload for '_>_' applied to '(double, int)' at character 4.";
    expect(inChinese(`${whole} Write numbers with a point: 5.0, not 5.`)).toContain('5.0');
    expect(inChinese(whole)).toContain('类型不符');
    expect(inChinese("It cannot be compiled: Syntax error: mismatched input '<EOF>' at character 6.")).toBe(
      '表达式第 6 个字符处有语法错误。',
    );
    expect(inChinese('25 and 50 %LEL, LEL NFPA 325')).toBe('25 %LEL 和 50 %LEL，爆炸下限取自 NFPA 325');
    expect(inChinese('HH must lie above H at 80 (rule r1): LL < L < H < HH.')).toContain('HH 应高于 H 的 80');
    expect(sentenceText('Something new.')).toBe('Something new.');
    locale.language = 'en';
    expect(sentenceText(lel!)).toBe(lel);
  });
});
