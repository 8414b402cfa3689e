import { ALARM_STATES, CLOSINGS, type Alarm, type AlarmMessage, type Grade, type Logic, type OffBoard } from './alarm';
import { instant, isJson, number, oneOf, scalar, text } from '../api/parse';

/**
 * An alarm as REST and the live push give it (contract: `GET /alarms`), or null without an id.
 * Where a field is odd the louder reading is taken: an unknown grade is 1, an unknown state waits
 * for an operator. An alarm must never vanish because of a field this console does not know.
 */
export function parseAlarm(raw: unknown): Alarm | null {
  if (!isJson(raw)) return null;
  const id = text(raw['id']);
  if (id === null) return null;
  const point = isJson(raw['point']) ? raw['point'] : {};
  const tag = text(raw['tag']) ?? text(point['tag']);
  return {
    id,
    enterprise: text(raw['enterprise']) ?? '',
    tag,
    subject: subjectText(raw['subject']) ?? tag ?? '',
    subjectType: subjectType(raw['subject']),
    rule: ruleText(raw['rule']),
    ruleVersion: number(raw['rule_version']),
    grade: parseGrade(raw['grade']),
    state: oneOf(ALARM_STATES, raw['state']) ?? 'unacknowledged',
    closedAs: oneOf(CLOSINGS, raw['closed_as']),
    historical: raw['historical'] === true,
    exercise: raw['exercise'] === true,
    condition: text(raw['condition']) ?? '',
    limit: scalar(raw['limit']),
    value: scalar(raw['value']),
    unit: text(raw['unit']) ?? '',
    message: parseMessage(raw['message']),
    raisedAt: instant(raw['raised_at']) ?? 0,
    receivedAt: instant(raw['received_at']),
    clearedAt: instant(raw['cleared_at']),
    acknowledgedAt: instant(raw['acknowledged_at']),
    acknowledgedBy: text(raw['acknowledged_by']),
    recorded: raw['recorded'] !== false,
    judged: raw['judged'] !== false,
    pointId: number(point['id']) ?? number(raw['point_id']),
    pointKind: text(point['kind']) ?? text(raw['kind']),
    pointName: text(point['name']) ?? text(raw['name']),
    pointNameEn: text(point['name_en']) ?? text(raw['name_en']),
    superseded: number(raw['superseded']) ?? 0,
    offBoard: parseOff(raw['off_board']),
    hazardSource: text(point['hazard_source']) ?? text(raw['hazard_source']),
    group: text(raw['group']),
    firstOutRank: number(raw['first_out_rank']),
    latch: raw['latch'] === true,
    chattering: raw['chattering'] === true,
    fleeting: raw['fleeting'] === true,
  };
}

function parseOff(raw: unknown): OffBoard | null {
  if (!isJson(raw)) return null;
  return {
    by: text(raw['by']) ?? '',
    reason: text(raw['reason']) ?? '',
    since: instant(raw['since']),
    until: instant(raw['until']),
    permit: text(raw['permit']),
    approvedBy: text(raw['approved_by']),
    approvalNote: text(raw['approval_note']),
    logic: parseLogic(raw['logic'], text(raw['logic_text'])),
  };
}

function parseLogic(raw: unknown, said: string | null): Logic | null {
  if (!isJson(raw) || said === null) return null;
  return {
    name: text(raw['name']) ?? '',
    kind: text(raw['kind']) ?? '',
    tag: text(raw['tag']) ?? '',
    states: (text(raw['states']) ?? '').split(','),
    direction: text(raw['direction']),
    limit: number(raw['limit']),
    unit: text(raw['unit']) ?? '',
    alarm: text(raw['alarm']),
    value: number(raw['value']),
    text: said,
  };
}

function parseGrade(raw: unknown): Grade {
  return raw === 1 || raw === 2 || raw === 3 || raw === 4 ? raw : 1;
}

function subjectText(raw: unknown): string | null {
  if (!isJson(raw)) return text(raw);
  return text(raw['id']) ?? text(raw['name']);
}

function subjectType(raw: unknown): string {
  return (isJson(raw) ? text(raw['type']) : null) ?? 'point';
}

function ruleText(raw: unknown): string | null {
  const plain = scalar(isJson(raw) ? raw['id'] : raw);
  return plain === null ? null : String(plain);
}

function parseMessage(raw: unknown): AlarmMessage {
  if (!isJson(raw)) return { code: '', params: {}, text: text(raw) ?? '' };
  return {
    code: text(raw['code']) ?? '',
    params: isJson(raw['params']) ? raw['params'] : {},
    text: text(raw['text']) ?? '',
  };
}
