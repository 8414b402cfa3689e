import { expect, test } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { countByGrade } from '../src/alarm/count';
import { countOff, longestShelf, offOf } from '../src/alarm/shelf';
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

test('grade one is never shelved', () => {
  expect([1, 2, 3, 4].map((grade) => longestShelf(grade as 1 | 2 | 3 | 4))).toEqual([0, 30, 240, 720]);
});
