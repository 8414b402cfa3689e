import { expect, test } from 'vitest';
import { parseCurrent, parseDrill, parsePlayable } from '../src/drill/drill';

const DRILL = {
  id: 3,
  scenario: 'lpg_leak',
  title: '泄漏',
  title_en: 'A leak',
  duration_s: 1200,
  target_s: 30,
  state: 'finished',
  enterprises: ['E001'],
  ordered_by: 'admin',
  ordered_at: '2026-01-05T02:00:00Z',
  outcome: 'stopped',
  score: {
    alarms: 2,
    acknowledged: 1,
    late: 0,
    missed: 1,
    median_s: 4.5,
    worst_s: 4.5,
    answers: [
      { alarm_id: 'a', enterprise: 'E001', subject: 'GT-101', grade: 2, condition: 'H',
        sounded_at: '2026-01-05T02:03:00Z', acknowledged_by: 'wang', after_s: 4.5 },
      { alarm_id: 'b', enterprise: 'E001', subject: 'GT-102', grade: 1, condition: 'HH',
        sounded_at: '2026-01-05T02:03:01Z', acknowledged_by: null, after_s: null, missed: true },
    ],
    wrong: [{ kind: 'out_of_order', alarm_id: 'a', at: '2026-01-05T02:03:04Z', actor: 'wang', worse: 'b' }],
  },
};

test('a report is read whole', () => {
  const drill = parseDrill(DRILL);
  expect(drill?.score?.answers.map((each) => [each.subject, each.afterS, each.missed])).toEqual([
    ['GT-101', 4.5, false],
    ['GT-102', null, true],
  ]);
  expect(drill?.score?.wrong).toEqual([
    { kind: 'out_of_order', alarm: 'a', at: Date.parse('2026-01-05T02:03:04Z'), actor: 'wang', worse: 'b' },
  ]);
});

test('each sound of an alarm is a line, with the worst grade that the alarm reached', () => {
  const [first] = DRILL.score.answers;
  const again = { ...first, grade: 1, worst_grade: 1, condition: 'HH', after_s: null, missed: true };
  const answers = [{ ...first, worst_grade: 1 }, again];
  const score = parseDrill({ ...DRILL, score: { ...DRILL.score, alarms: 1, annunciations: 2, answers } })?.score;
  expect([score?.alarms, score?.annunciations]).toEqual([1, 2]);
  expect(score?.answers.map((each) => [each.grade, each.worstGrade])).toEqual([
    [2, 1],
    [1, 1],
  ]);
});

test('a report from before each sound was scored is read as it was', () => {
  const score = parseDrill(DRILL)?.score;
  expect(score?.annunciations).toBe(2);
  expect(score?.answers.map((each) => each.worstGrade)).toEqual([2, 1]);
});

test('no drill is told from an answer that nobody understands', () => {
  expect(parseCurrent({ drill: null })).toEqual({ drill: null });
  expect(parseCurrent({ drill: DRILL })?.drill?.id).toBe(3);
  expect(parseCurrent('nonsense')).toBeNull();
  expect(parseDrill({ id: 'x' })).toBeNull();
  expect(parsePlayable({ title: 'no name' })).toBeNull();
});
