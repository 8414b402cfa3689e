import { measured } from '../format/number';
import { stamp } from '../format/time';
import { unitText } from '../format/unit';
import { locale, t } from '../i18n/locale.svelte';
import type { Tried } from '../point/backtest';
import { kindOf, type DetectorKind } from '../point/detector';
import { statesOf, type Point } from '../point/point';
import type { AnyRule } from '../point/rule';
import type { Wrong } from '../point/rule-draft';
import type { FieldUnit, NumberField } from '../point/rule-field';
import { detectorText } from './detector-wording';
import { conditionText, valueText } from './wording';

/** What a rule looks for, in one line: "HH 高高报 ≥ 50 %LEL". */
export function ruleText(rule: AnyRule, point: Point): string {
  if (rule.kind !== 'limit') {
    return t('rules.named', { kind: conditionText(rule.kind), what: detectorText(rule, point) });
  }
  const sign = rule.condition.startsWith('L') ? '≤' : '≥';
  return `${conditionText(rule.condition)} ${sign} ${valueText(rule.limit, point.kind, point.unit)}`;
}

/** How it judges, beside what it looks for. */
export function ruleFacts(rule: AnyRule, point: Point): string {
  const { onDelayS, offDelayS, realarmS, validUntil, owner } = rule;
  const said = [
    rule.tag === point.tag ? '' : t('rules.about', { tag: rule.tag }),
    deadbandText(rule, point),
    t('rules.delay', { on: onDelayS, off: offDelayS }),
    t(rule.latch ? 'rules.latch' : 'rule.no-latch'),
    realarmS === null ? '' : t('rule.realarms', { after: realarmS }),
    owner === null ? '' : t('rule.owned', { owner }),
    validUntil === null ? '' : t('rules.until', { when: stamp(validUntil) }),
  ];
  return said.filter((each) => each !== '').join(' · ');
}

function deadbandText(rule: AnyRule, point: Point): string {
  if (rule.kind === 'limit') return t('rule.deadband', { value: inUnit(rule.deadband, point.unit) });
  const { deadband, deadband_per_min: perMinute } = rule.numbers;
  if (perMinute !== undefined) {
    return t('rule.deadband', { value: t('rule.a-minute', { value: inUnit(perMinute, point.unit) }) });
  }
  return deadband === undefined ? '' : t('rule.deadband', { value: inUnit(deadband, point.unit) });
}

function inUnit(value: number, unit: string): string {
  const written = unitText(unit);
  return written === '' ? measured(value) : `${measured(value)} ${written}`;
}

/** The unit of a field of the form; `witness`: that of the point beside it. */
export function fieldUnit(unit: FieldUnit, point: Point, witness: string): string {
  switch (unit) {
    case 'own':
      return unitText(point.unit);
    case 'minute':
      return t('rule.unit-minute', { unit: unitText(point.unit) || '1' });
    case 'witness':
      return unitText(witness);
    case 's':
      return 's';
    case 'none':
      return '';
  }
}

/** What a number may be, as short as it goes. */
export function boundsText(field: Pick<NumberField, 'low' | 'high' | 'above'>): string {
  const { low, high, above } = field;
  if (low !== null && high !== null) return `${low}–${high}`;
  if (above !== null) return high === null ? `> ${above}` : `> ${above}, ≤ ${high}`;
  return low === null ? '' : `≥ ${low}`;
}

/** What is wrong with a field, as one sentence. */
export function wrongText(wrong: Wrong): string {
  return 'bound' in wrong
    ? t(`rule.wrong.${wrong.why}`, { bound: wrong.bound })
    : t(`rule.wrong.${wrong.why}`);
}

/** What an alarm of the past says: its condition, and what was measured when it began. */
export function triedText(tried: Tried, point: Point): string {
  const kind = kindOf(tried.condition);
  const name = conditionText(tried.condition);
  if (tried.value === null) return name;
  const unit = tried.tag === point.tag ? point.unit : '';
  const value = kind === null ? inUnit(tried.value, unit) : found(kind, tried.value, point, unit);
  return value === '' ? name : `${name} · ${value}`;
}

/** What a kind measures: `MEASURES` of `services/domain/detector_kind.py`. */
function found(kind: DetectorKind, value: number, point: Point, unit: string): string {
  switch (kind) {
    case 'rate':
      return t('rule.a-minute', { value: inUnit(value, unit) });
    case 'deviation':
    case 'stuck':
    case 'bad_quality':
      return inUnit(value, unit);
    case 'signal_band':
      return inUnit(value, 'mA');
    case 'voting':
      return t('backtest.votes', { count: value });
    case 'count':
      return t('backtest.times', { count: value });
    case 'forecast':
      return t('unit.seconds', { count: measured(value) });
    case 'state': {
      const state = statesOf(point.kind)?.[value];
      return state === undefined ? '' : locale.name('value', state);
    }
    case 'expression':
      return '';
  }
}
