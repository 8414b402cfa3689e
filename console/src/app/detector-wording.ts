import type { Alarm } from '../alarm/alarm';
import { measured } from '../format/number';
import { unitText } from '../format/unit';
import { locale, t } from '../i18n/locale.svelte';
import { kindOf, type Detector } from '../point/detector';
import { statesOf, type Point } from '../point/point';

function quantity(value: number | undefined, unit: string): string {
  if (value === undefined) return t('value.none');
  const written = unitText(unit);
  return written === '' ? measured(value) : `${measured(value)} ${written}`;
}

/** What a rule looks for, in the language of the screen; limits in the unit of its main point. */
export function detectorText(rule: Detector, point: Point): string {
  // Of a rule about another point the unit is known only where all of its points have one.
  const grouped = rule.kind === 'deviation' || rule.kind === 'voting';
  const unit = grouped || rule.tag === point.tag ? point.unit : '';
  const { numbers } = rule;
  const plain = (name: string): string => quantity(numbers[name], '');
  const limit = quantity(numbers['limit'], unit);
  const reached = t(rule.direction === 'low' ? 'rules.reached-low' : 'rules.reached-high', {
    limit,
  });
  const states = rule.states.map((state) => locale.name('value', state)).join(' / ');
  const span = plain('span_s');
  switch (rule.kind) {
    case 'rate':
      return t('rules.rate', {
        way: t(`rules.${rule.direction}`),
        limit: quantity(numbers['limit_per_min'], unit),
        span,
      });
    case 'deviation':
      return rule.group === null
        ? t('rules.deviation', { others: rule.others.join(', '), limit })
        : t('rules.deviation-group', { others: rule.group, limit });
    case 'stuck':
      return stuckText(rule, span, unit);
    case 'bad_quality':
      return t('rules.bad_quality');
    case 'signal_band':
      return t('rules.signal_band');
    case 'voting':
      return votingText(rule, `${rule.direction === 'low' ? '≤' : '≥'} ${limit}`);
    case 'count': {
      const event = states === '' ? reached : t('rules.count-states', { states });
      return t('rules.count', { span, event, needed: plain('needed') });
    }
    case 'forecast':
      return t('rules.forecast', { horizon: plain('horizon_s'), reached });
    case 'state':
      return t('rules.state', { states });
    case 'expression': {
      const named = Object.entries(rule.variables).map(([name, tag]) => `${name} = ${tag}`);
      return t('rules.expression', { text: rule.text ?? '', variables: named.join(', ') });
    }
  }
}

/** How many a registered group has is the group's to say, not the rule's. */
function votingText(rule: Detector, limit: string): string {
  const plain = (name: string): string => quantity(rule.numbers[name], '');
  const said = { needed: plain('needed'), span: plain('window_s'), limit };
  if (rule.group !== null) return t('rules.voting-group', { ...said, group: rule.group });
  const tags = [rule.tag, ...rule.others];
  return t('rules.voting', { ...said, count: tags.length, group: tags.join(', ') });
}

function stuckText(rule: Detector, span: string, unit: string): string {
  const tolerance = quantity(rule.numbers['tolerance'] ?? 0, unit);
  const [witness] = rule.others;
  if (witness === undefined) return t('rules.stuck', { span, tolerance });
  const moves = quantity(rule.numbers['witness_moves'], '');
  return t('rules.stuck-witness', { span, tolerance, witness, moves });
}

/** What such a rule found, as one sentence; null: no such rule raised this alarm. */
export function foundSentence(alarm: Alarm, point: string): string | null {
  const told = alarm.message.params;
  const words = (name: string): string => {
    const found = told[name];
    return typeof found === 'string' ? found : t('value.none');
  };
  if (alarm.condition === 'undetermined') {
    const own = locale.language === 'en' ? 'fault' : 'fault_zh';
    return t('found.undetermined', { fault: words(own in told ? own : 'fault') });
  }
  const kind = kindOf(alarm.condition);
  if (kind === null || alarm.limit !== null || alarm.tag === null) return null;
  const fact = (name: string): number | undefined => {
    const found = told[name];
    return typeof found === 'number' ? found : undefined;
  };
  const plain = (name: string): string => quantity(fact(name), '');
  const inUnit = (name: string): string => quantity(fact(name), alarm.unit);
  switch (kind) {
    case 'rate': {
      const rate = fact('value');
      const value = quantity(rate === undefined ? undefined : Math.abs(rate), alarm.unit);
      const key = told['direction'] === 'low' ? 'found.fall' : 'found.rise';
      return t(key, { point, value, limit: inUnit('limit_per_min') });
    }
    case 'deviation': {
      const [value, limit] = [inUnit('value'), inUnit('limit')];
      return t('found.deviation', { point, value, limit, points: words('points') });
    }
    case 'stuck':
      return t('found.stuck', { point, span: plain('span_s'), value: inUnit('value') });
    case 'bad_quality':
      return t('found.bad_quality', { point });
    case 'signal_band':
      return t('found.signal_band', { point, value: plain('value') });
    case 'voting':
      return t('found.voting', {
        point,
        value: plain('value'),
        limit: inUnit('limit'),
        needed: plain('needed'),
        points: words('points'),
      });
    case 'count': {
      const [span, value, needed] = [plain('span_s'), plain('value'), plain('needed')];
      return t('found.count', { point, span, value, needed });
    }
    case 'forecast': {
      const [low, high] = [plain('low'), plain('high')];
      return t('found.forecast', { point, value: plain('value'), limit: inUnit('limit'), low, high });
    }
    case 'state': {
      const state = statesOf(alarm.pointKind)?.[fact('value') ?? -1];
      if (state === undefined) return t('message.state', { point, value: t('value.none') });
      return t('found.state', { point, value: locale.name('reports', state) });
    }
    case 'expression':
      return t('found.expression', { point, text: words('text') });
  }
}
