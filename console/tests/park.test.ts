import { afterEach, describe, expect, test } from 'vitest';
import { parseAlarm } from '../src/alarm/parse';
import { isLate } from '../src/app/lateness';
import { live } from '../src/app/live.svelte';
import { EMPTY } from '../src/live/reducer';
import { NO_VALUES, withFrame } from '../src/live/values';
import { detectorsOf, isHeard, nearest } from '../src/park/detector';
import { leaders } from '../src/park/leader';
import { attention, corner, idOf, middle, parseParkMap, parseShape } from '../src/park/object';
import { Plane } from '../src/park/plane';
import { stopsOf } from '../src/park/round';
import { windOf } from '../src/park/wind';
import { parsePoint, type Point } from '../src/point/point';
import { hashOf, parseRoute } from '../src/route/route';

const AREA = {
  type: 'Polygon',
  coordinates: [[[106.94, 38.21], [106.96, 38.21], [106.96, 38.23], [106.94, 38.23], [106.94, 38.21]]],
};

function feature(object: string, code: string, told: object, geometry: unknown = AREA): unknown {
  return { type: 'Feature', geometry, properties: { object, enterprise: 'E1', code, ...told } };
}

describe('the objects of the map', () => {
  test('are read with their colours and reasons; what cannot be read is left out', () => {
    const map = parseParkMap({
      features: [
        feature('hazard_source', 'HS-1', { grade: 1, risk_level: 2, why: { grade: '高高限', risk: ['+12'] } }, { type: 'Point', coordinates: [106.95, 38.22] }),
        feature('weather', 'W', {}),
        { type: 'Feature' },
      ],
      next: 'more',
    });
    expect(map?.more).toBe(true);
    expect(map?.objects).toHaveLength(1);
    expect(map?.objects[0]).toMatchObject({ grade: 1, riskLevel: 2, why: '高高限', risk: ['+12'] });
  });

  test('an alarm finds its hazard source and, without one, its enterprise', () => {
    const features = [feature('enterprise', 'E1', {}), feature('hazard_source', 'HS-1', {})];
    const known = parseParkMap({ features, next: null })?.objects.map(({ id }) => id);
    expect(known).toEqual([idOf('enterprise', 'E1'), idOf('hazard_source', 'E1', 'HS-1')]);
  });

  test('an object without a position is there, and has no shape', () => {
    const map = parseParkMap({ features: [feature('key_place', 'FW-1', {}, null)], next: null });
    expect(map?.objects[0]?.shape).toBeNull();
  });

  test('an area has its mark in the middle and its name at the north-western corner', () => {
    const shape = parseShape(AREA)!;
    expect(middle(shape)[0]).toBeCloseTo(106.95, 9);
    expect(middle(shape)[1]).toBeCloseTo(38.22, 9);
    expect(corner(shape)).toEqual([106.94, 38.23]);
    expect(parseShape({ type: 'Polygon', coordinates: [[[1, 2]]] })).toBeNull();
  });

  test('the gravest come first, then the riskiest', () => {
    const of = (code: string, told: object) =>
      parseParkMap({ features: [feature('hazard_source', code, told)] })!.objects[0]!;
    const all = [of('c', { risk_index: 5 }), of('b', { risk_index: 70 }), of('a', { grade: 3 })];
    expect(all.sort(attention).map((each) => each.code)).toEqual(['a', 'b', 'c']);
  });
});

test('a kilometre on the ground is a kilometre on the plane', () => {
  const plane = Plane.around([[106.9, 38.2], [107.0, 38.3]])!;
  const [, north] = plane.metres([106.95, 38.25 + 1 / 111.32]);
  const [east] = plane.metres([106.95 + 1 / (111.32 * Math.cos((38.25 * Math.PI) / 180)), 38.25]);
  expect(north).toBeCloseTo(1000, 0);
  expect(east).toBeCloseTo(1000, 0);
  expect(Plane.around([])).toBeNull();
});

describe('marks at the edges', () => {
  const at = (item: string, x: number, y: number) => ({ item, x, y });

  test('stand at the nearer side, in the order of their spots, and never on each other', () => {
    const { leaders: found, beyond } = leaders(
      [at('low', 10, 90), at('high', 20, 88), at('right', 190, 50)],
      200,
      100,
      20,
    );
    expect(beyond).toBe(0);
    const left = found.filter((each) => each.side === 'left');
    expect(left.map((each) => each.item)).toEqual(['high', 'low']);
    expect(left[1]!.markY - left[0]!.markY).toBeGreaterThanOrEqual(20);
    expect(Math.max(...found.map((each) => each.markY))).toBeLessThanOrEqual(90);
  });

  test('a full side gives to the other, and what has no room at all is counted', () => {
    const many = Array.from({ length: 12 }, (_, n) => at(`a${n}`, 10, n));
    const { leaders: found, beyond } = leaders(many, 200, 100, 20);
    expect(found).toHaveLength(10);
    expect(beyond).toBe(2);
    expect(found.map((each) => each.item)).toContain('a0');
  });

  test('without any height there is no mark, and all are counted', () => {
    expect(leaders([at('a', 1, 1)], 0, 0, 20)).toEqual({ leaders: [], beyond: 1 });
  });
});

describe('the wall', () => {
  test('goes round what stands, the gravest first, and comes back to the whole park', () => {
    const map = parseParkMap({
      features: ['a', 'b', 'c', 'd'].map((code, n) => feature('enterprise', code, { grade: 4 - n })),
    })!;
    const round = stopsOf(map.objects, new Set()).map((stop) => stop.enterprise ?? (stop.byRisk ? 'risk' : '*'));
    expect(round).toEqual(['*', 'd', 'c', 'b', '*', 'a', 'risk']);
  });

  test('stops last where alarms returned and wait to be acknowledged, and passes over what is calm', () => {
    const map = parseParkMap({
      features: [feature('enterprise', 'calm', {}), feature('enterprise', 'back', {}), feature('enterprise', 'hot', { grade: 2 })],
    })!;
    const round = stopsOf(map.objects, new Set(['back', 'hot'])).map((stop) => stop.enterprise);
    expect(round).toEqual([null, 'hot', 'back', null]);
  });

  test('of a calm park it shows the whole, by grade and by risk', () => {
    expect(stopsOf([], new Set(['E1']))).toHaveLength(2);
  });

  test('has an address of its own', () => {
    expect(parseRoute('#/park/wall')).toEqual({ screen: 'park', wall: true });
    expect(hashOf(parseRoute('#/park'))).toBe('#/park');
  });
});

describe('the wind', () => {
  const point = (id: number, kind: string, gateway = 'MET'): Point =>
    parsePoint({ id, enterprise: 'E1', tag: `W-${id}`, kind, unit: '', gateway })!;

  test('is of the mast that measures both', () => {
    const values = withFrame(NO_VALUES, { id: [1, 2, 3], t: [5, 6, 7], v: [45, 9, 2.5], q: [0, 0, 0] });
    const points = [point(1, 'wind_direction'), point(2, 'wind_speed', 'other'), point(3, 'wind_speed')];
    expect(windOf(points, values, isLate)).toMatchObject({ from: 45, speed: 2.5, at: 5, good: true });
  });

  test('is old after three periods of either of the two', () => {
    const values = withFrame(NO_VALUES, { id: [1, 2], t: [100_000, 100_000], v: [45, 2], q: [0, 0] });
    const slow = { ...point(1, 'wind_direction'), periodS: 60 };
    const wind = windOf([slow, { ...point(2, 'wind_speed'), periodS: 20 }], values, isLate)!;
    expect(wind.isOld(160_000)).toBe(false);
    expect(wind.isOld(160_001)).toBe(true);
  });

  test('with one of the two unknown there is none', () => {
    const values = withFrame(NO_VALUES, { id: [1], t: [5], v: [45], q: [0] });
    expect(windOf([point(1, 'wind_direction'), point(3, 'wind_speed')], values, isLate)).toBeNull();
  });
});

describe('the gas detectors of the plan', () => {
  const gas = (id: number, more: object): Point =>
    parsePoint({ id, enterprise: 'E1', tag: `GT-${id}`, kind: 'toxic_gas', unit: 'ppm', period_s: 10, lon: 1, lat: 2, ...more })!;

  test('are those of gas and oxygen with a position', () => {
    const points = [gas(1, {}), gas(2, { kind: 'oxygen' }), gas(3, { lon: null }), gas(4, { kind: 'level' })];
    expect(detectorsOf(points).map((each) => each.id)).toEqual([1, 2]);
  });

  test('are doubted when nothing, nothing good or nothing new came', () => {
    const values = withFrame(NO_VALUES, { id: [1, 2], t: [1_000, 1_000], v: [5, 5], q: [0, 2] });
    expect(isHeard(gas(1, {}), values, 31_000, isLate)).toBe(true);
    expect(isHeard(gas(1, {}), values, 31_001, isLate)).toBe(false);
    expect(isHeard(gas(2, {}), values, 1_000, isLate)).toBe(false);
    expect(isHeard(gas(3, {}), values, 1_000, isLate)).toBe(false);
  });

  test('are touched within reach, the nearest first', () => {
    const spots = [{ x: 0, y: 0 }, { x: 10, y: 0 }];
    expect(nearest(spots, 6, 0, 9)).toBe(1);
    expect(nearest(spots, 30, 0, 9)).toBe(-1);
  });
});

describe('what reports on change', () => {
  const quiet = (id: number, kind: string): Point =>
    parsePoint({ id, enterprise: 'E1', tag: `Q-${id}`, kind, unit: '', gateway: 'MET', reporting: 'on_change', lon: 1, lat: 2 })!;
  const values = withFrame(NO_VALUES, { id: [1, 2, 3], t: [1_000, 1_000, 1_000], v: [45, 2, 0], q: [0, 0, 0] });
  const silence = parseAlarm({
    id: 's', enterprise: 'E1', grade: 3, state: 'unacknowledged', condition: 'offline', raised_at: 1, subject: { type: 'gateway', id: 'MET' },
  })!; // prettier-ignore
  const answers = (): boolean[] => [
    isHeard(quiet(3, 'toxic_gas'), values, 1e9, isLate),
    !windOf([quiet(1, 'wind_direction'), quiet(2, 'wind_speed')], values, isLate)!.isOld(1e9),
  ];
  afterEach(() => live.stop());

  test('is doubted on the plan and of the wind once nothing is heard of its gateway', () => {
    live.state = EMPTY;
    expect(answers()).toEqual([true, true]);
    live.state = { ...EMPTY, alarms: new Map([['s', silence]]) };
    expect(answers()).toEqual([false, false]);
  });
});
