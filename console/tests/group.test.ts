import { expect, test } from 'vitest';
import { isStale, type Alarm } from '../src/alarm/alarm';
import { compareWorst, firstOuts, groupKey, groupsOf, ofGroup } from '../src/alarm/group';
import { parseAlarm } from '../src/alarm/parse';
import { parseMessage } from '../src/live/message';
import { EMPTY, reduce } from '../src/live/reducer';

function alarm(id: string, source: string | null, grade: number, more: object = {}): Alarm {
  const raw = { id, enterprise: 'HX01', tag: id, grade, state: 'unacknowledged', raised_at: 1_000 };
  const parsed = parseAlarm({ ...raw, hazard_source: source, ...more });
  if (parsed === null) throw new Error('an alarm with an id is one');
  return parsed;
}

const ALARMS = [
  alarm('a', 'tanks', 3, { first_out_rank: 2, raised_at: 2_000 }),
  alarm('b', 'tanks', 2, { first_out_rank: 1, state: 'acknowledged' }),
  alarm('c', 'wharf', 1, { first_out_rank: 1 }),
  alarm('d', null, 4),
  alarm('e', 'tanks', 4, { state: 'shelved' }),
];

test('groups are of one hazard source each, the worst first, with counts and the first-out', () => {
  const groups = groupsOf(ALARMS);
  expect(groups.map(({ source }) => source)).toEqual(['wharf', 'tanks', null]);
  const tanks = groups[1];
  expect(tanks?.counts).toEqual({ 1: 0, 2: 1, 3: 1, 4: 0 });
  expect([tanks?.waiting, tanks?.worst, tanks?.firstOut?.id]).toEqual([1, 2, 'b']);
  expect(tanks?.alarms.map(({ id }) => id)).toEqual(['a', 'b', 'e']);
});

test('no alarm is in no group, and none in two', () => {
  const all = groupsOf(ALARMS).flatMap(({ alarms }) => alarms.map(({ id }) => id));
  expect(all.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('grade 1 stays on top whatever group is chosen', () => {
  const [first] = ALARMS;
  if (!first) throw new Error('there is one');
  const shown = ofGroup(ALARMS, groupKey(first));
  expect([...shown].sort(compareWorst).map(({ id }) => id)).toEqual(['c', 'a', 'b', 'e']);
  expect(ofGroup(ALARMS, null)).toEqual(ALARMS);
});

test('a first-out is told only where others followed it', () => {
  expect([...firstOuts(ALARMS)]).toEqual(['b']);
});

test('standing for more than a day is stale; what is over is not', () => {
  const day = 86_400_000;
  const [standing] = ALARMS;
  if (!standing) throw new Error('there is one');
  expect(isStale(standing, 2_000 + day)).toBe(false);
  expect(isStale(standing, 2_001 + day)).toBe(true);
  expect(isStale({ ...standing, clearedAt: 3_000 }, 2_001 + day)).toBe(false);
});

test('floods come with the snapshot and with messages of their own', () => {
  const told = { enterprise: null, since: '1970-01-01T00:00:01Z', alarms: 14, rate: 12, peak: 13 };
  const say = (raw: object) => {
    const message = parseMessage(JSON.stringify(raw));
    if (typeof message === 'string') throw new Error(message);
    return message;
  };
  const begun = say({ type: 'snapshot', seq: 1, alarms: [], points: {}, floods: [told] });
  const ended = say({ type: 'flood', floods: [] });
  const state = reduce(EMPTY, [begun]);
  expect(state.floods).toEqual([{ enterprise: null, since: 1_000, alarms: 14, rate: 12 }]);
  expect(reduce(state, [ended]).floods).toEqual([]);
  expect(reduce(EMPTY, [say({ type: 'flood', floods: [told] })]).floods, 'before the snapshot').toEqual([]);
});

test('a group of detectors comes before the hazard source, and the two are never one', () => {
  const alarms = [
    alarm('a', 'tanks', 3, { group: 'tanks', first_out_rank: 1 }),
    alarm('b', 'wharf', 2, { group: 'tanks', first_out_rank: 2 }),
    alarm('c', 'tanks', 1, { first_out_rank: 1 }),
    alarm('d', null, 4, { group: 'ring', first_out_rank: 1 }),
  ];
  const groups = groupsOf(alarms);
  expect(groups.map(({ detectors, alarms: own }) => [detectors, own.length])).toEqual([
    [null, 1],
    ['tanks', 2],
    ['ring', 1],
  ]);
  expect([...firstOuts(alarms)]).toEqual(['a']);
});
