import { expect, test } from 'vitest';
import { parseSuppression } from '../src/alarm/suppression';
import { STANDARD } from '../src/alarm/shelf';
import { parseGroup } from '../src/point/detector-group';
import { parseEndedRule } from '../src/setup/ended-rule';
import { draftOfGroup, groupBody, groupField, newGroup } from '../src/setup/group-draft';
import { parsePolicyVersion } from '../src/setup/policy-version';
import {
  draftOfPolicy,
  FIXED,
  laxerThanStandard,
  minutes,
  policyBody,
  policyField,
  type Figure,
} from '../src/setup/policy-draft';
import {
  draftOfSuppression,
  newSuppression,
  suppressionBody,
  suppressionField,
} from '../src/setup/suppression-draft';

const SWITCH = {
  ...newSuppression('E'), name: ' 停车 ', tag: 'XS-1', states: 'off', reason: '泵停',
  targets: [
    { what: 'tag', code: 'FT-1', alarm: 'low' },
    { what: 'hazard_source', code: 'H-1', alarm: '' },
  ],
} as const; // prettier-ignore

test('a suppression is sent as the server wants it, whatever it waits for', () => {
  const { body, wrong } = suppressionBody(SWITCH);
  expect(wrong).toEqual({});
  expect(body).toEqual({
    enterprise: 'E', name: '停车', grade: 3, off_delay_s: 60, reason: '泵停',
    condition: { kind: 'state', tag: 'XS-1', states: ['off'] },
    targets: [{ tag: 'FT-1', alarm: 'low' }, { hazard_source: 'H-1', alarm: null }],
  }); // prettier-ignore
  const limit = suppressionBody({ ...SWITCH, kind: 'limit', limit: '５．５', deadband: '0.1' });
  expect(limit.body['condition']).toEqual({
    kind: 'limit', tag: 'XS-1', direction: 'low', limit: 5.5, deadband: 0.1,
  }); // prettier-ignore
  expect(suppressionBody({ ...SWITCH, kind: 'alarm' }).body['condition']).toEqual({
    kind: 'alarm', tag: 'XS-1', alarm: null,
  }); // prettier-ignore
});

test('what is missing or out of bounds of a suppression is told by its field', () => {
  const { wrong } = suppressionBody({ ...newSuppression(''), off_delay_s: '1801' });
  expect(Object.keys(wrong).sort()).toEqual([
    'enterprise', 'name', 'off_delay_s', 'reason', 'states', 'tag', 'targets',
  ]); // prettier-ignore
  expect(wrong.off_delay_s).toEqual({ why: 'high', bound: 1800 });
  const limit = suppressionBody({ ...SWITCH, kind: 'limit', limit: 'viel', deadband: '-1' });
  expect(limit.wrong).toEqual({ limit: { why: 'number' }, deadband: { why: 'low', bound: 0 } });
  const many = Array.from({ length: 51 }, (_, n) => ({ what: 'tag', code: `T-${n}`, alarm: '' }) as const);
  expect(suppressionBody({ ...SWITCH, targets: many }).wrong).toEqual({
    targets: { why: 'high', bound: 50 },
  });
  expect(['condition.states.1', 'targets.2.tag', 'grade'].map(suppressionField)).toEqual([
    'states', 'targets', 'grade',
  ]); // prettier-ignore
});

test('another version of a suppression begins as the one in force', () => {
  const { body } = suppressionBody(SWITCH);
  const rule = parseSuppression({ ...body, id: 's1', version: 2, now: null, text: 'x' });
  expect(rule?.version).toBe(2);
  expect(suppressionBody(draftOfSuppression(rule!)).body).toEqual(body);
  const limit = suppressionBody({ ...SWITCH, kind: 'limit', limit: '5', deadband: '1' }).body;
  const again = parseSuppression({ ...limit, id: 's1' });
  expect(suppressionBody(draftOfSuppression(again!)).body).toEqual(limit);
});

test('the policy is sent whole, and what no park may allow is told by its figure', () => {
  const draft = draftOfPolicy(STANDARD);
  const { body, wrong } = policyBody(draft, ' 检修高峰 ');
  expect(wrong).toEqual({});
  expect(body['reason']).toBe('检修高峰');
  const policy = body['policy'] as Record<string, Record<string, object>>;
  expect(policy['shelf']?.['2']).toEqual({ longest_minutes: 30, alone_minutes: 0 });
  expect(policy['out_of_service']?.['4']).toEqual({ longest_minutes: 43_200, alone_minutes: 720 });
  const wrongs = (typed: Partial<Record<Figure, string>>) =>
    policyBody({ ...draft, ...typed }, 'x').wrong;
  expect(wrongs({ 'shelf.4.longest': '1441' })).toEqual({
    'shelf.4.longest': { why: 'high', bound: 1440 },
  });
  expect(wrongs({ 'shelf.3.longest': '20', 'shelf.3.alone': '30' })).toEqual({
    'shelf.3.longest': { why: 'graver' },
    'shelf.3.alone': { why: 'beyond-longest' },
  });
  expect(wrongs({ 'shelf.2.alone': '1.5', 'shelf.2.longest': '' })).toEqual({
    'shelf.2.longest': { why: 'missing' },
    'shelf.2.alone': { why: 'whole' },
  });
  expect(policyBody(draft, ' ').wrong).toEqual({ reason: { why: 'missing' } });
  expect(FIXED.every((name) => draft[name] === '0')).toBe(true);
});

test('where the policy is laxer than the default is shown as it is typed', () => {
  const draft = draftOfPolicy(STANDARD);
  expect(laxerThanStandard(draft)).toEqual([]);
  expect(laxerThanStandard({ ...draft, 'shelf.4.longest': '721', 'shelf.3.alone': '10' })).toEqual([
    'shelf.4.longest',
  ]);
  expect(['１２', ' 7 ', '7 h', '-1', ''].map(minutes)).toEqual([12, 7, NaN, NaN, NaN]);
  expect(policyField('policy.out_of_service.3.alone_minutes')).toBe('out_of_service.3.alone');
  expect(policyField('reason')).toBe('reason');
  const figures = Object.fromEntries(
    [1, 2, 3, 4].map((grade) => [grade, { longest_minutes: 0, alone_minutes: 0 }]),
  );
  const version = { version: 3, policy: { shelf: figures, out_of_service: figures }, laxer: ['a'] };
  expect(parsePolicyVersion(version)).toMatchObject({ laxer: 1, validFrom: null, reason: null });
  expect(parsePolicyVersion({ version: 3 })).toBeNull();
});

test('a group is sent new or changed, and what cannot be is told by its field', () => {
  const draft = { ...newGroup('E'), code: ' ring ', name: '罐区', members: 'GT-1\nGT-2' };
  const told = { name: '罐区', name_en: null, kind: 'gas', members: ['GT-1', 'GT-2'] };
  expect(groupBody(draft, true).body).toEqual({ enterprise: 'E', code: 'ring', ...told });
  const known = parseGroup({ enterprise: 'E', code: 'ring', ...told, changed_by: 'wang' });
  expect(known?.changedBy).toBe('wang');
  expect(groupBody(draftOfGroup(known!), false).body).toEqual(told);
  expect(groupBody({ ...newGroup(''), code: 'a b', kind: 'redundant' }, true).wrong).toEqual({
    enterprise: { why: 'missing' },
    code: { why: 'code' },
    name: { why: 'missing' },
    members: { why: 'low', bound: 2 },
  });
  expect(['members.1', 'name_en', 'kind'].map(groupField)).toEqual(['members', 'nameEn', 'kind']);
});

test('a rule that was ended is read with who ended it', () => {
  const raw = { id: 'r1', enterprise: 'E', sort: 'limit', kind: 'HH', tag: 'GT-1', limit: 50, grade: 1,
    ended_at: '2026-01-04T00:00:00Z', ended_by: 'wang', ended_reason: null }; // prettier-ignore
  expect(parseEndedRule(raw)).toMatchObject({ sort: 'limit', endedBy: 'wang', reason: null, grade: 1 });
  expect(parseEndedRule({ ...raw, ended_at: 'never' })).toBeNull();
});
