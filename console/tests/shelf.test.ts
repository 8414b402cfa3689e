import { expect, test } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { countByGrade } from '../src/alarm/count';
import { countOff, mayGo, offOf, parsePolicy, STANDARD } from '../src/alarm/shelf';
import type { Alarm } from '../src/alarm/alarm';

function alarm(id: string, state: string, grade = 3): Alarm {
  const off_board = { how: state, by: 'wang', reason: '冒泡', until: '2026-01-04T16:00:00Z' };
  const parsed = parseAlarm({ id, grade, state, off_board: state === 'unacknowledged' ? null : off_board });
  if (parsed === null) throw new Error('an alarm with an id is one');
  return parsed;
}

const ALL = [
  alarm('a', 'unacknowledged'),
  alarm('b', 'shelved'),
  alarm('c', 'suppressed'),
  alarm('d', 'out_of_service'),
  alarm('e', 'shelved', 4),
];

test('what is off the board counts in no grade, and is counted apart', () => {
  expect(countByGrade(ALL).map(({ standing }) => standing)).toEqual([0, 0, 1, 0]);
  expect(countOff(ALL)).toEqual({ shelved: 2, suppressed: 1, out_of_service: 1 });
});

test('an alarm tells why it is off the board', () => {
  const [on, off] = ALL;
  expect(on && [offOf(on), on.offBoard]).toEqual([null, null]);
  expect(off && offOf(off)).toBe('shelved');
  expect(off?.offBoard).toMatchObject({ by: 'wang', reason: '冒泡', until: Date.UTC(2026, 0, 4, 16) });
});

const figures = (longest_minutes: number, alone_minutes: number) => ({ longest_minutes, alone_minutes });
const POLICY = {
  version: 3,
  policy: {
    shelf: { 1: figures(0, 0), 2: figures(0, 0), 3: figures(480, 60), 4: figures(720, 720) },
    out_of_service: { 1: figures(0, 0), 2: figures(60, 0), 3: figures(60, 0), 4: figures(90, 9) },
  },
};

test('until the park’s policy was read, the standard’s holds', () => {
  const longest = ([1, 2, 3, 4] as const).map((grade) => STANDARD.shelf[grade].longest);
  expect(longest).toEqual([0, 30, 240, 720]);
  const alone = ([1, 2, 3, 4] as const).map((grade) => STANDARD.out[grade].alone);
  expect(alone).toEqual([0, 0, 720, 720]);
});

test('the park’s policy is read by grade', () => {
  const policy = parsePolicy(POLICY);
  expect(policy?.version).toBe(3);
  expect(policy?.shelf[3]).toEqual({ longest: 480, alone: 60 });
  expect(policy?.out[4]).toEqual({ longest: 90, alone: 9 });
});

test.each([
  null,
  {},
  { version: 1 },
  { ...POLICY, version: null },
  { ...POLICY, policy: { ...POLICY.policy, shelf: { 1: figures(0, 0) } } },
  { ...POLICY, policy: { shelf: POLICY.policy.shelf } },
])('half a policy is none: %j', (raw) => {
  expect(parsePolicy(raw)).toBeNull();
});

test('what may be done to an alarm follows from its grade', () => {
  const policy = parsePolicy(POLICY) ?? STANDARD;
  const of = (grade: number) => alarm('a', 'unacknowledged', grade);
  expect([1, 2, 3, 4].map((grade) => mayGo(of(grade), policy.shelf))).toEqual([false, false, true, true]);
  expect([1, 2, 3, 4].map((grade) => mayGo(of(grade), policy.out))).toEqual([false, true, true, true]);
  expect(mayGo({ ...of(4), historical: true }, policy.out)).toBe(false);
  expect(mayGo({ ...of(4), closedAs: 'cleared' }, policy.out)).toBe(false);
});
