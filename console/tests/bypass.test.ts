import { describe, expect, it } from 'vitest';
import '../src/app/bypass-sentence';
import { inChinese } from '../src/app/sentence-wording';
import {
  actsOf,
  countdownOf,
  mayApply,
  parseBypass,
  stepsOf,
  type Bypass,
  type Hand,
} from '../src/interlock/bypass';
import { applicationBody, NEW_BYPASS } from '../src/interlock/bypass-draft';

const APPLIED = {
  id: 'b1',
  kind: 'maintenance',
  cause: 'LT-1A',
  state: 'applied',
  hours: 8,
  applied: { by: 'wang', at: '2026-01-04T08:00:00Z', note: '变送器漂移' },
  approvals: [],
  extensions: [],
  waits_for: 'approval',
};
const LI = { by: 'li', at: '2026-01-04T08:10:00Z' };
const ZHAO = { by: 'zhao', at: '2026-01-04T08:20:00Z' };
const IN_FORCE = {
  ...APPLIED,
  state: 'in_force',
  approvals: [LI, ZHAO],
  since: '2026-01-04T08:20:00Z',
  until: '2026-01-04T16:20:00Z',
  waits_for: null,
};

function bypass(more: object): Bypass {
  const found = parseBypass({ ...APPLIED, ...more });
  if (found === null) throw new Error('no bypass');
  return found;
}

const enterprise = (username: string): Hand => ({ username, mayPropose: true, mayApprove: false });
const supervisor = (username: string): Hand => ({ username, mayPropose: true, mayApprove: true });
const regulator: Hand = { username: 'he', mayPropose: false, mayApprove: false };
const open = (of: Bypass, hand: Hand): string[] =>
  actsOf(of, hand).map(({ act, barred }) => (barred === null ? act : `${act} (${barred})`));

describe('the life of a bypass', () => {
  it.each([
    ['applied', ['approve', 'refuse'], []],
    ['approved_once', ['approve', 'refuse'], []],
    ['approved', ['refuse', 'restore'], ['restore']],
    ['in_force', ['extend', 'restore'], ['extend', 'restore']],
    ['expired', ['restore'], ['restore']],
    ['restored', ['verify'], []],
    ['verified', [], []],
    ['refused', [], []],
    ['lapsed', [], []],
  ])('%s: to a supervisor %j, to an enterprise %j, to a regulator nothing', (state, his, its) => {
    const found = bypass({ state, waits_for: null });
    expect(open(found, supervisor('qian'))).toEqual(his);
    expect(open(found, enterprise('sun'))).toEqual(its);
    expect(open(found, regulator)).toEqual([]);
  });

  it('is approved by two others than who applied', () => {
    expect(open(bypass({}), supervisor('wang'))).toEqual(['approve (applicant)', 'refuse']);
    const once = bypass({ state: 'approved_once', approvals: [LI] });
    expect(open(once, supervisor('li'))).toEqual(['approve (approver)', 'refuse']);
    expect(open(once, supervisor('zhao'))).toEqual(['approve', 'refuse']);
  });

  it('is verified by another than who restored it', () => {
    const restored = bypass({ ...IN_FORCE, state: 'restored', restored: LI });
    expect(open(restored, supervisor('li'))).toEqual(['verify (restorer)']);
    expect(open(restored, supervisor('wang'))).toEqual(['verify']);
  });

  it('is extended by two others again, who may have approved it before', () => {
    const asked = { hours: 4, asked: { by: 'sun', at: LI.at }, approvals: [LI], granted: false };
    const waiting = bypass({ ...IN_FORCE, extensions: [asked], waits_for: 'approval' });
    expect(open(waiting, supervisor('zhao'))).toEqual(['approve', 'refuse', 'restore']);
    expect(open(waiting, supervisor('li'))).toEqual(['approve (approver)', 'refuse', 'restore']);
    expect(open(waiting, supervisor('sun'))).toEqual(['approve (applicant)', 'refuse', 'restore']);
    expect(open(waiting, enterprise('sun'))).toEqual(['restore']);
    const refused = bypass({ ...IN_FORCE, extensions: [{ ...asked, refused: ZHAO }] });
    expect(open(refused, enterprise('sun'))).toEqual(['extend', 'restore']);
  });

  it('is one at a time, and of a loop that is there', () => {
    const free = { fitted: true, bypass: null };
    expect(mayApply(free, enterprise('sun'))).toBe(true);
    expect(mayApply(free, regulator)).toBe(false);
    expect(mayApply({ ...free, fitted: false }, enterprise('sun'))).toBe(false);
    expect(mayApply({ ...free, bypass: bypass({}) }, enterprise('sun'))).toBe(false);
    expect(mayApply({ ...free, bypass: bypass({ state: 'lapsed' }) }, enterprise('sun'))).toBe(true);
  });

  it('counts down to what comes next', () => {
    expect(countdownOf(bypass({}))).toEqual({ to: 'lapse', at: Date.parse('2026-01-05T08:00:00Z') });
    expect(countdownOf(bypass({ ...IN_FORCE, state: 'approved' }))?.to).toBe('start');
    expect(countdownOf(bypass(IN_FORCE))).toEqual({ to: 'end', at: Date.parse('2026-01-04T16:20:00Z') });
    expect(countdownOf(bypass({ ...IN_FORCE, state: 'expired' }))).toBeNull();
  });

  it('is told in order, with whoever stood for it', () => {
    const asked = { by: 'sun', at: '2026-01-04T10:00:00Z' };
    const extension = { hours: 4, asked, refused: { by: 'zhao', at: '2026-01-04T10:30:00Z' } };
    const restored = { by: 'sun', at: '2026-01-04T12:00:00Z', field_state: 'unknown' };
    const found = stepsOf(bypass({ ...IN_FORCE, state: 'restored', extensions: [extension], restored }));
    expect(found.map(({ what, by }) => `${what} ${by.by}`)).toEqual([
      'apply wang', 'approve li', 'approve zhao', 'extend sun', 'extension_refuse zhao', 'restore sun',
    ]);
    expect(found[0]?.hours).toBe(8);
    expect(found.at(-1)?.by.fieldState).toBe('unknown');
  });
});

describe('an application', () => {
  const DRAFT = {
    ...NEW_BYPASS,
    kind: 'maintenance',
    reason: ' 变送器漂移 ',
    risk_assessment: 'LOPA 14',
    measures: '专人监护\n\n 手动切断 ',
  };

  it('leaves out what is usual, and takes a line for a measure', () => {
    const { body, wrong } = applicationBody(DRAFT);
    expect(wrong).toEqual({});
    expect(body).toEqual({
      kind: 'maintenance',
      cause: null,
      reason: '变送器漂移',
      risk_assessment: 'LOPA 14',
      measures: ['专人监护', '手动切断'],
    });
  });

  it('takes hours in full-width digits, and the time of the park', () => {
    const { body } = applicationBody({ ...DRAFT, hours: '２.５', starts_at: '2026-01-05 08:00' });
    expect(body).toMatchObject({ hours: 2.5, starts_at: '2026-01-05T00:00:00.000Z' });
  });

  it('says what is missing, and what is none', () => {
    const { wrong } = applicationBody({ ...NEW_BYPASS, hours: 'acht', starts_at: '08:00' });
    expect(wrong).toEqual({
      kind: 'missing',
      reason: 'missing',
      risk_assessment: 'missing',
      measures: 'missing',
      hours: 'number',
      starts_at: 'time',
    });
  });
});

it.each([
  'Only one bypass of a voting group at a time: 3f of the whole loop is in force. Have it restored and verified, or refused, first.',
  'Only one bypass of a voting group at a time: 3f of input LT-1 is approved once. Have it restored and verified, or refused, first.',
  'Only one bypass of a voting group at a time: the field shows LT-1 bypassed; have that restored first.',
  'a proof_test bypass lasts more than 0 and at most 8 h.',
  'with all extensions a removal bypass lasts 168 h at most.',
  'it has to lie ahead, by 7 days at most.',
  'This bypass is in force: only what waits, or has not begun, is refused; have it restored instead.',
  'This bypass is approved once: only what was approved is restored.',
  'Another person than who restored it has to verify this.',
  'The field still says bypass_maintenance: restore the loop there first.',
  'nobody knows what the field shows of this loop now: write how you saw it in service, or wait until its state is heard.',
  'Two persons have to approve this, and neither of them may be the applicant.',
  'An extension waits for its approval already.',
])('what the api says of it is said in Chinese: %s', (sentence) => {
  expect(inChinese(sentence)).not.toBeNull();
});
