import type { Alarm, Grade } from '../alarm/alarm';
import { parseAlarm } from '../alarm/parse';
import { instant, isJson, items, list, number, text } from '../api/parse';
import { fourth } from './tree';

/** What a factor adds to the risk index, of at most `most`. */
export interface Contribution {
  readonly factor: string;
  readonly value: number;
  readonly uncapped: number;
  readonly most: number;
}

export interface Interlock {
  readonly tag: string;
  readonly name: string;
  readonly nameEn: string;
  readonly state: string | null;
  readonly knownAt: number | null;
  readonly out: boolean;
}

/** A hazard source as it stands now (`GET …/status`). */
export interface Status {
  readonly grade: Grade | null;
  readonly active: number;
  readonly offBoard: number;
  readonly riskLevel: Grade;
  readonly index: number;
  readonly contributions: readonly Contribution[];
  readonly weightsVersion: number;
  readonly definition: string;
  readonly note: string;
  readonly alarms: readonly Alarm[];
  readonly interlocks: readonly Interlock[];
  readonly points: number;
  readonly pointsOnline: number | null;
  readonly onlineRate: number | null;
}

export function parseStatus(raw: unknown): Status | null {
  if (!isJson(raw)) return null;
  const risk = isJson(raw['risk']) ? raw['risk'] : {};
  const why = isJson(raw['why']) ? raw['why'] : {};
  return {
    grade: fourth(raw['grade']),
    active: number(raw['active']) ?? 0,
    offBoard: number(raw['off_board']) ?? 0,
    riskLevel: fourth(raw['risk_level']) ?? 1,
    index: number(risk['index']) ?? 100,
    contributions: list(risk['contributions']).flatMap(parseContribution),
    weightsVersion: number(risk['weights_version']) ?? 0,
    definition: text(risk['definition']) ?? '',
    note: text(why['note']) ?? '',
    alarms: items(raw['alarms'], parseAlarm),
    interlocks: list(raw['interlocks']).flatMap(parseInterlock),
    points: number(raw['points']) ?? 0,
    pointsOnline: number(raw['points_online']),
    onlineRate: number(raw['online_rate']),
  };
}

function parseContribution(raw: unknown): Contribution[] {
  const factor = isJson(raw) ? text(raw['factor']) : null;
  if (!isJson(raw) || factor === null) return [];
  const figure = (name: string): number => number(raw[name]) ?? 0;
  return [
    { factor, value: figure('value'), uncapped: figure('uncapped'), most: figure('most') },
  ];
}

function parseInterlock(raw: unknown): Interlock[] {
  const tag = isJson(raw) ? text(raw['tag']) : null;
  if (!isJson(raw) || tag === null) return [];
  return [
    {
      tag,
      name: text(raw['name']) ?? '',
      nameEn: text(raw['name_en']) ?? '',
      state: text(raw['state']),
      knownAt: instant(raw['known_at']),
      out: raw['out'] === true,
    },
  ];
}
