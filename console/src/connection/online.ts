import { isJson, list, number, text } from '../api/parse';

/** Registered and online now, and the online rate (0 to 1) of the last day; null: nothing seen. */
export interface Online {
  readonly points: number;
  readonly pointsOnline: number;
  readonly gateways: number;
  readonly gatewaysOnline: number;
  readonly rate: number | null;
}

export interface OnlineRates {
  readonly definition: string;
  readonly target: number | null;
  readonly park: Online | null;
  readonly enterprises: ReadonlyMap<string, Online>;
}

export function parseOnlineRates(raw: unknown): OnlineRates | null {
  if (!isJson(raw)) return null;
  const enterprises = list(raw['enterprises']).flatMap((each) => {
    const code = isJson(each) ? text(each['enterprise']) : null;
    const online = isJson(each) ? parseOnline(each['online']) : null;
    return code === null || online === null ? [] : [[code, online] as const];
  });
  return {
    definition: text(raw['definition']) ?? '',
    target: number(raw['target']),
    park: parseOnline(raw['park']),
    enterprises: new Map(enterprises),
  };
}

/** Of all that this account sees: the park, or the one enterprise that it is of. */
export function wholeOf(rates: OnlineRates | null): Online | null {
  if (rates === null || rates.park !== null) return rates?.park ?? null;
  return rates.enterprises.size === 1 ? ([...rates.enterprises.values()][0] ?? null) : null;
}

function parseOnline(raw: unknown): Online | null {
  if (!isJson(raw)) return null;
  const count = (name: string): number => number(raw[name]) ?? 0;
  return {
    points: count('points'),
    pointsOnline: count('points_online'),
    gateways: count('gateways'),
    gatewaysOnline: count('gateways_online'),
    rate: number(raw['online_rate']),
  };
}

/** 99.52 %: cut, not rounded, so that a rate below its target is not shown as reaching it. */
export function percent(rate: number): string {
  return `${String(Math.floor(rate * 10_000 + 1e-6) / 100)} %`;
}
