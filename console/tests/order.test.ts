import { describe, expect, test } from 'vitest';
import { countByGrade } from '../src/alarm/count';
import type { Alarm } from '../src/alarm/alarm';
import { arrange, type Row } from '../src/alarm/order';
import { parseAlarm } from '../src/alarm/parse';
import { rowWindow } from '../src/format/row-window';

function alarm(id: string, raised: number, state = 'unacknowledged', more = {}): Alarm {
  const parsed = parseAlarm({ id, raised_at: raised, state, grade: 2, ...more });
  if (!parsed) throw new Error('no alarm');
  return parsed;
}

const shown = (rows: readonly Row[]) => rows.map((row) => row.alarm.id + (row.gone ? '†' : ''));

describe('the order of the list', () => {
  test('waiting first, of one grade the newest; returned ones wait too', () => {
    const rows = arrange(
      [
        alarm('acked-new', 9, 'acknowledged'),
        alarm('old', 1),
        alarm('returned', 2, 'returned_unacknowledged'),
        alarm('new', 3),
        alarm('acked-old', 0, 'acknowledged'),
      ],
      [],
      null,
    );
    expect(shown(rows)).toEqual(['new', 'returned', 'old', 'acked-new', 'acked-old']);
  });

  test('no exercise stands before what is real, however grave it is and however many there are', () => {
    const drill = Array.from({ length: 500 }, (_, place) =>
      alarm(`x${place}`, 9, 'unacknowledged', { grade: 1, exercise: true }),
    );
    const real = [alarm('blue', 1, 'acknowledged', { grade: 4 }), alarm('yellow', 0)];
    expect(shown(arrange([...drill, ...real], [], null)).slice(0, 2)).toEqual(['yellow', 'blue']);
  });

  test('among those that wait the gravest come first, however new the others are', () => {
    const graded = (id: string, raised: number, grade: number, state?: string) =>
      alarm(id, raised, state, { grade });
    const rows = arrange(
      [
        graded('blue-new', 9, 4),
        graded('red-acked', 8, 1, 'acknowledged'),
        graded('blue-acked', 9, 4, 'acknowledged'),
        graded('red-old', 1, 1),
        graded('yellow', 7, 3),
        graded('red', 2, 1, 'returned_unacknowledged'),
      ],
      [],
      null,
    );
    expect(shown(rows)).toEqual(['red', 'red-old', 'yellow', 'blue-new', 'red-acked', 'blue-acked']);
  });

  test('a new alarm does not move the row under the pointer: it comes directly below', () => {
    const before = arrange([alarm('a', 3), alarm('b', 2), alarm('c', 1)], [], null);
    const rows = arrange([...before.map((row) => row.alarm), alarm('new', 9)], before, 'b');
    expect(shown(rows)).toEqual(['a', 'b', 'new', 'c']);
  });

  test('what ended above the pointer keeps its place as a mark; below it goes', () => {
    const before = arrange([alarm('a', 3), alarm('b', 2), alarm('c', 1)], [], null);
    expect(shown(arrange([alarm('b', 2)], before, 'b'))).toEqual(['a†', 'b']);
  });

  test('an acknowledged row stays where it is until the operator leaves it', () => {
    const before = arrange([alarm('a', 3), alarm('b', 2)], [], null);
    const after = [alarm('a', 3, 'acknowledged'), alarm('b', 2)];
    expect(shown(arrange(after, before, 'a'))).toEqual(['a', 'b']);
    expect(shown(arrange(after, before, null))).toEqual(['b', 'a']);
  });

  test('a pointer on a row that is not there any more holds nothing', () => {
    expect(shown(arrange([alarm('a', 1), alarm('b', 2)], [], 'ghost'))).toEqual(['b', 'a']);
  });
});

test('counts by grade: historical ones, exercises and what is off the board count nowhere', () => {
  const counts = countByGrade([
    alarm('1', 1, 'unacknowledged', { grade: 1 }),
    alarm('2', 1, 'acknowledged', { grade: 1 }),
    alarm('3', 1, 'shelved', { grade: 3 }),
    alarm('4', 1, 'returned_unacknowledged', { grade: 4 }),
    alarm('5', 1, 'acknowledged', { grade: 1, historical: true }),
    alarm('6', 1, 'unacknowledged', { grade: 1, exercise: true }),
  ]);
  expect(counts.map((c) => [c.grade, c.standing, c.waiting])).toEqual([
    [1, 2, 1],
    [2, 0, 0],
    [3, 0, 0],
    [4, 1, 1],
  ]);
});

test.each([
  [0, 300, 10_000, 0, 18],
  [9_000, 300, 10_000, 292, 318],
  [299_990, 300, 10_000, 9991, 10_000],
  [5_000, 300, 3, 3, 3],
  [0, 300, 0, 0, 0],
])('the window at %i of a list: %i px high, %i rows', (top, height, count, from, to) => {
  expect(rowWindow(top, height, 30, count)).toEqual({ from, to });
});
