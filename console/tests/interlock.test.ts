import { describe, expect, it } from 'vitest';
import { parseLoop, parseRates, rateText } from '../src/interlock/loop';

const LOOP = {
  enterprise: 'acme',
  tag: 'ESD-301',
  name: '高高液位联锁',
  voting: '1oo2',
  causes: [{ tag: 'LT-1A' }, { tag: 'LT-1B' }],
  effects: [{ tag: 'XV-1', action: 'close' }],
  sil: 2,
  fitted: true,
  state: null,
  known_at: '2026-01-04T16:00:00Z',
  in_service: null,
  in_outage: false,
  bypass: null,
};

describe('an interlock', () => {
  it('is unknown rather than in service where the server says nothing', () => {
    const found = parseLoop(LOOP);
    expect(found?.state).toBeNull();
    expect(found?.inService).toBeNull();
    expect(found?.causes).toEqual(['LT-1A', 'LT-1B']);
  });

  it('names the inputs that do not vote', () => {
    expect(parseLoop(LOOP)?.inputsOut).toEqual([]);
    expect(parseLoop({ ...LOOP, inputs_out: ['LT-1A'] })?.inputsOut).toEqual(['LT-1A']);
  });

  it('names what nobody registered', () => {
    expect(parseLoop(LOOP)?.unregistered).toEqual([]);
    expect(parseLoop({ ...LOOP, unregistered: ['XV-1'] })?.unregistered).toEqual(['XV-1']);
  });

  it('without a name of its own is none', () => {
    expect(parseLoop({ ...LOOP, tag: '' })).toBeNull();
    expect(parseLoop('ESD-301')).toBeNull();
  });

  it('shows who stands for its bypass', () => {
    const bypass = {
      id: 'b1',
      kind: 'maintenance',
      cause: 'LT-1A',
      state: 'in_force',
      until: '2026-01-04T18:00:00Z',
      measures: ['watch'],
      applied: { by: 'wang' },
      approvals: [{ by: 'li' }, { by: 'zhao' }],
      still_protects: true,
    };
    const found = parseLoop({ ...LOOP, bypass })?.bypass;
    expect(found?.applicant).toBe('wang');
    expect(found?.approvers).toEqual(['li', 'zhao']);
    expect(found?.until).toBe(Date.parse('2026-01-04T18:00:00Z'));
  });
});

describe('a use rate', () => {
  it('is whole only where it is whole', () => {
    expect(rateText(1)).toBe('100 %');
    expect(rateText(0.99999)).toBe('99.99 %');
    expect(rateText(17 / 19)).toBe('89.47 %');
    expect(rateText(0)).toBe('0.00 %');
  });

  it('that nobody knows is no number', () => {
    expect(rateText(null)).toBe('–');
    const rates = parseRates({ park: { now: { rate: null, unknown: 3 } } });
    expect(rates?.now).toEqual({ rate: null, atLeast: null, unknown: 3 });
    expect(parseRates({})).toBeNull();
    expect(rates?.unseen).toBe(0);
  });

  it('of the equipment tells apart what is fitted by its word alone', () => {
    const equipment = { required: 3, fitted: 3, rate: 1 };
    const sure = { required: 3, fitted: 2, rate: 2 / 3 };
    const rates = parseRates({ park: { equipment, equipment_at_least: sure } });
    expect([rates?.fitted, rates?.unseen]).toEqual([3, 1]);
    expect(parseRates({ park: { equipment } })?.unseen).toBe(0);
  });
});
