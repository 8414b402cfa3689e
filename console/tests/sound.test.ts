import { expect, test } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { CALLS, gradeToSound, silence, stillSilenced } from '../src/sound/score';

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
