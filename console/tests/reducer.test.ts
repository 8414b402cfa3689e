import { describe, expect, test } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { MALFORMED, parseMessage, UNKNOWN, type LiveMessage } from '../src/live/message';
import { EMPTY, reduce, type LiveState } from '../src/live/reducer';
import { newest } from '../src/live/values';

interface Golden {
  story: string;
  messages: unknown[];
  then: {
    phase: string;
    seq: number;
    alarms: Record<string, Record<string, unknown>>;
    values: Record<string, [number, number | null, number]>;
    degraded?: string[];
  };
  fresh?: unknown;
}

const files = import.meta.glob<Golden>('./golden/*.json', { eager: true, import: 'default' });
const goldens = Object.values(files);

function read(raw: unknown): LiveMessage[] {
  if ((raw as { type: string }).type === 'opened') return [{ type: 'opened' }];
  const message = parseMessage(JSON.stringify(raw));
  if (message === MALFORMED) throw new Error(`malformed: ${JSON.stringify(raw)}`);
  return message === UNKNOWN ? [] : [message];
}

function valuesOf(state: LiveState): Record<string, unknown> {
  const entries = [...state.values.slots.keys()].map((id) => {
    const value = newest(state.values, id);
    return [String(id), [value?.t, value?.v, value?.q]];
  });
  return Object.fromEntries(entries);
}

describe('the golden stories', () => {
  test('are there', () => expect(goldens.length).toBeGreaterThanOrEqual(9));

  describe.each(goldens)('$story', (golden) => {
    const messages = golden.messages.flatMap(read);
    const { then } = golden;

    test('ends as told, in one batch', () => {
      const state = reduce(EMPTY, messages);
      expect(state.phase).toBe(then.phase);
      expect(state.seq).toBe(then.seq);
      expect([...state.alarms.keys()].sort()).toEqual(Object.keys(then.alarms).sort());
      for (const [id, fields] of Object.entries(then.alarms)) {
        expect(state.alarms.get(id)).toMatchObject(fields);
      }
      expect(valuesOf(state)).toEqual(then.values);
      expect(state.heartbeat?.degraded).toEqual(then.degraded);
    });

    test('ends the same one by one, and leaves each state before as it was', () => {
      let state = EMPTY;
      for (const message of messages) {
        const before = structuredClone(state);
        const after = reduce(state, [message]);
        expect(state).toEqual(before);
        state = after;
      }
      expect(state).toEqual(reduce(EMPTY, messages));
    });

  });

  const withFresh = goldens.filter((golden) => golden.fresh !== undefined);
  test.each(withFresh)('$story – and a fresh snapshot says the same', ({ messages, fresh }) => {
    const state = reduce(EMPTY, messages.flatMap(read));
    const anew = reduce(EMPTY, read(fresh));
    expect(state.alarms).toEqual(anew.alarms);
    expect(state.seq).toBe(anew.seq);
    expect(valuesOf(state)).toEqual(valuesOf(anew));
  });
});

describe('the answer to an own acknowledgement', () => {
  const alarm = (state: string, closed: string | null = null) => {
    const parsed = parseAlarm({ id: 'x', grade: 2, state, closed_as: closed });
    if (!parsed) throw new Error('no alarm');
    return parsed;
  };
  const standing = (state: string): LiveState => ({
    ...EMPTY,
    phase: 'live',
    alarms: new Map([['x', alarm(state)]]),
  });

  test('counts when it is here before its event', () => {
    const after = reduce(standing('unacknowledged'), [
      { type: 'answered', alarm: alarm('acknowledged') },
    ]);
    expect(after.alarms.get('x')?.state).toBe('acknowledged');
  });

  test('takes away an alarm that had returned', () => {
    const after = reduce(standing('returned_unacknowledged'), [
      { type: 'answered', alarm: alarm('normal', 'cleared') },
    ]);
    expect(after.alarms.size).toBe(0);
  });

  test('does not bring back what its event has ended already', () => {
    const gone: LiveState = { ...EMPTY, phase: 'live' };
    const after = reduce(gone, [{ type: 'answered', alarm: alarm('acknowledged') }]);
    expect(after.alarms.size).toBe(0);
  });

  test('does not undo a newer state', () => {
    const after = reduce(standing('shelved'), [
      { type: 'answered', alarm: alarm('acknowledged') },
    ]);
    expect(after.alarms.get('x')?.state).toBe('shelved');
  });
});

describe('messages that cannot be read', () => {
  test.each([
    ['not JSON', 'gibberish'],
    ['not an object', '[1]'],
    ['a snapshot without a number', '{"type":"snapshot","alarms":[]}'],
    ['an alarm without an id', '{"type":"alarm","seq":1,"alarm":{"grade":1}}'],
    ['a snapshot with an alarm without an id', '{"type":"snapshot","seq":1,"alarms":[{}]}'],
    ['a heartbeat without a time', '{"type":"heartbeat","degraded":[]}'],
  ])('%s: the connection is given up', (_, data) => expect(parseMessage(data)).toBe(MALFORMED));
});

test('a flood of events in one batch is cheap', () => {
  const snapshot = read({ type: 'snapshot', seq: 0, alarms: [], points: {} });
  const flood = Array.from({ length: 10_000 }, (_, i) =>
    read({ type: 'alarm', seq: i + 1, event: 'raised', alarm: { id: `f${i}`, grade: 4 } }),
  ).flat();
  const state = reduce(reduce(EMPTY, snapshot), flood);
  expect(state.alarms.size).toBe(10_000);
  expect(state.seq).toBe(10_000);
});
