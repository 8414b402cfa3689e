import { expect, test } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import {
  CALLS,
  exerciseSounds,
  gradeToSound,
  silence,
  stillSilenced,
} from '../src/sound/score';

function alarm(id: string, grade: number, state = 'unacknowledged', historical = false) {
  const parsed = parseAlarm({ id, grade, state, historical });
  if (!parsed) throw new Error('no alarm');
  return parsed;
}

const NOTHING = new Map();

test('the gravest that waits is heard', () => {
  expect(gradeToSound([alarm('a', 3), alarm('b', 1), alarm('c', 2)], NOTHING)).toBe(1);
});

test('acknowledged, shelved and historical ones are silent', () => {
  const quiet = [
    alarm('a', 1, 'acknowledged'),
    alarm('b', 1, 'shelved'),
    alarm('c', 1, 'unacknowledged', true),
  ];
  expect(gradeToSound(quiet, NOTHING)).toBeNull();
});

test('one that is over before anybody saw it is heard', () => {
  expect(gradeToSound([alarm('a', 2, 'returned_unacknowledged')], NOTHING)).toBe(2);
});

test('silence covers what stands now, not what comes, and not what escalates', () => {
  const silenced = silence([alarm('a', 2), alarm('b', 3)]);
  expect(gradeToSound([alarm('a', 2), alarm('b', 3)], silenced)).toBeNull();
  expect(gradeToSound([alarm('a', 2), alarm('new', 4)], silenced)).toBe(4);
  expect(gradeToSound([alarm('a', 1), alarm('b', 3)], silenced)).toBe(1);
  expect(gradeToSound([alarm('a', 3)], silenced)).toBeNull();
});

test('one that was acknowledged and asks again is heard though it was silenced', () => {
  const silenced = silence([alarm('a', 2), alarm('b', 3)]);
  const seen = new Map([['a', alarm('a', 2, 'acknowledged')], ['b', alarm('b', 3)]]);
  const still = stillSilenced(seen, silenced);
  expect(gradeToSound([alarm('a', 2), alarm('b', 3)], still)).toBe(2);
  expect(gradeToSound([alarm('b', 3)], still)).toBeNull();
});

test('no two grades sound alike, and the graver is repeated more often', () => {
  expect(new Set(Object.values(CALLS).map((call) => JSON.stringify(call.tones))).size).toBe(4);
  expect(CALLS[1].every).toBeLessThan(CALLS[2].every);
  expect(CALLS[2].every).toBeLessThan(CALLS[3].every);
  expect(CALLS[3].every).toBeLessThan(CALLS[4].every);
});

function exercise(id: string, grade: number) {
  const parsed = parseAlarm({ id, grade, state: 'unacknowledged', exercise: true });
  if (!parsed) throw new Error('no alarm');
  return parsed;
}

test('an exercise is never heard as an alarm, however grave it is', () => {
  expect(gradeToSound([exercise('x', 1)], NOTHING)).toBeNull();
  expect(gradeToSound([exercise('x', 1), alarm('a', 4)], NOTHING)).toBe(4);
  expect(exerciseSounds([exercise('x', 1), alarm('a', 4)], NOTHING)).toBe(true);
  expect(exerciseSounds([alarm('a', 4)], NOTHING)).toBe(false);
});

test('one press silences what is heard: the real ones first, then the exercises', () => {
  const both = [exercise('x', 1), alarm('a', 3)];
  const once = silence(both);
  expect(gradeToSound(both, once)).toBeNull();
  expect(exerciseSounds(both, once)).toBe(true);
  const twice = silence(both, once);
  expect(exerciseSounds(both, twice)).toBe(false);
  expect(gradeToSound([...both, alarm('new', 4)], twice)).toBe(4);
});

test('silencing an exercise leaves what is real to be heard when it comes', () => {
  const silenced = silence([exercise('x', 1)]);
  expect(exerciseSounds([exercise('x', 1)], silenced)).toBe(false);
  expect(gradeToSound([exercise('x', 1), alarm('a', 2)], silenced)).toBe(2);
  const again = silence([exercise('x', 1), alarm('a', 2)], silenced);
  expect(exerciseSounds([exercise('x', 1)], again)).toBe(false);
});
