import { locale } from '../i18n/locale.svelte';

type Sentences = readonly (readonly [RegExp, string])[];

/** The services say these in English alone, with figures in them: what stands for each in Chinese. */
const CHINESE: Sentences = [
  // What a template's proposals rest on.
  [
    /^1\.5 times the time to act \((.+?) s\) before HH, by the rate of filling$/,
    '按进料速率，提前操作员响应与处置时间（$1 秒）的 1.5 倍预测到达高高限',
  ],
  [/^10, 15, 85 and 90 % of the range: common presets, no clause$/, '量程的 10 %、15 %、85 %、90 %：惯用预设值，无条文'],
  [/^100 and 200 %OEL$/, '100 %OEL 和 200 %OEL'],
  [
    /^100 and 200 %OEL, (.+?) ([\d.e+-]+) mg\/m3 \((.+?)\)(?:, at (.+?) degrees Celsius)?$/,
    '100 %OEL 和 200 %OEL，$1 为 $2 mg/m³（$3），按 $4 ℃ 换算',
  ],
  [/^13\.8 m\/s, force 6$/, '13.8 m/s，六级风'],
  [/^25 and 50 %LEL$/, '25 %LEL 和 50 %LEL'],
  [
    /^25 and 50 %LEL, LEL (.+?)(?:, at (.+?) degrees Celsius)?$/,
    '25 %LEL 和 50 %LEL，爆炸下限取自 $1，按 $2 ℃ 换算',
  ],
  [/^5 and 10 % of IDLH (.+) \((.+)\)$/, 'IDLH（$1，$2）的 5 % 和 10 %'],
  [/^a bypass is alarmed, displayed and logged$/, '联锁旁路应报警、显示并记录'],
  [/^a demand on an interlock is looked into; .+$/, '联锁动作应查明原因；开关量信号不设延时'],
  [/^a fault of a detector is signalled within 100 s, .+$/, '探测器故障应在 100 秒内发出故障信号，与气体报警区分'],
  [/^deficiency 19\.5 vol%, enrichment 23\.5 vol%$/, '缺氧 19.5 vol%，富氧 23.5 vol%'],
  [/^failure at 3\.6 mA or less and 21 mA or more, lasting 4 s$/, '≤ 3.6 mA 或 ≥ 21 mA 持续 4 秒为信号故障'],
  [
    /^failure at 3\.6 mA or less .+; only where the range is that of a 4-20 mA transmitter$/,
    '≤ 3.6 mA 或 ≥ 21 mA 持续 4 秒为信号故障；仅适用于量程即 4–20 mA 变送器量程的监测点',
  ],
  [/^flame and smoke are monitored; .+$/, '应监测火焰和烟雾；开关量信号不设延时'],
  [/^open path: 1 and 2 LEL·m$/, '开路式：1 LEL·m 和 2 LEL·m'],
  [
    /^two or more detectors in alarm may be demanded \((.+?)\); .+ group's .+ at the first level, (.+), are red: our choice$/,
    '可要求两个及以上探测器报警（$1）；本组两个探测器达到一级报警值 $2 定为红色，为平台建议',
  ],
  [
    /^two or more detectors in alarm may be demanded \((.+?)\); .+ at the first level, (.+), are red: our choice$/,
    '可要求两个及以上探测器报警（$1）；同一危险源两个探测器达到一级报警值 $2 定为红色，为平台建议',
  ],
  [/^upper limit of normal working pressure, and 80 % .+$/, '正常工作压力上限，及设计压力的 80 %'],
  [/^upper limit of normal working temperature, and 1\.25 .+$/, '正常工作温度上限，及其 1.25 倍'],
  // Why there is nothing to propose.
  [/^80 % of design_pressure must lie above normal_high: check both\.$/, '设计压力的 80 % 应高于正常工况上限，请核对'],
  [/^Tell the point's range: .+$/, '请先登记该监测点的量程上下限'],
  [/^Tell the upper limit of the normal working pressure and .+$/, '请填写正常工作压力上限和设计压力'],
  [/^Tell the upper limit of the normal working temperature: .+$/, '请填写正常工作温度上限'],
  [/^The gas library has no (.+?) for no substance: .+$/, '该监测点未登记介质，气体库无从查取 $1'],
  [/^The gas library has no (.+?) for (.+?): .+$/, '气体库中没有 $2 的 $1'],
  [/^The template's limits cannot be given in (.+?): .+$/, '模板限值无法换算为单位 $1'],
  [/^There is no template for points of kind .+$/, '该类监测点没有标准模板，请自行编制规则'],
  // Why a rule is not put in force.
  [
    /^(\S+) (.+?) is laxer than the (\w+) limit of the template, (\S+) .+? \((.+)\); say .+$/,
    '$1 $2 宽于模板的 $3 限值 $4 $2（$5），请填写设定理由。',
  ],
  [
    /^an on_delay_s of (\S+) is longer than that of the template's (\w+), (\S+) s \((.+)\); say .+$/,
    '报警延时 $1 s 长于模板 $2 的 $3 s（$4），请填写设定理由。',
  ],
  [
    /^grade (\d) is milder than that of the template's (\w+), (\d) \(.+\); say .+$/,
    '等级 $1 级低于模板 $2 的 $3 级，请填写设定理由。',
  ],
  [
    /^nobody can hold (\S+) (.+?) against the template, .+; say .+$/,
    '模板限值无法换算为单位 $2，$1 $2 是否宽于模板无从核对，请填写设定理由。',
  ],
  [
    /^(\S+) would have no (\w+) limit, and the template has one, (\S+ .+?) \(.+\); say .+$/,
    '$1 将不再有 $2 限值，而模板规定为 $3，请填写理由。',
  ],
  [
    /^(\S+) would have no (\w+) limit, and the template's cannot be given in (.+?); say .+$/,
    '$1 将不再有 $2 限值，模板限值又无法换算为单位 $3，请填写理由。',
  ],
  [/^A deviation compares (\d+) to (\d+) points\.$/, '偏差规则比较 $1 至 $2 个监测点。'],
  [/^A vote needs a group of (\d+) to (\d+) points\.$/, '表决需要 $1 至 $2 个监测点。'],
  [/^An expression names (\d+) to (\d+) points\.$/, '表达式可用 $1 至 $2 个监测点。'],
  [/^A point is named twice: .+$/, '同一监测点只能出现一次。'],
  [/^A witness and how far it must move belong together: .+$/, '参照监测点与其变化量须同时填写或都不填。'],
  [/^(\w+) must lie above (\w+) at (\S+) \(.+\): .+$/, '$1 应高于 $2 的 $3（低低 < 低 < 高 < 高高）。'],
  [/^(\w+) must lie below (\w+) at (\S+) \(.+\): .+$/, '$1 应低于 $2 的 $3（低低 < 低 < 高 < 高高）。'],
  [/^(\w+) must not be worse than (\w+) at .+, of grade (\d)\.$/, '$1 的等级不得高于 $2（$3 级）。'],
  [/^(\w+) must not be milder than (\w+) at .+, of grade (\d)\.$/, '$1 的等级不得低于 $2（$3 级）。'],
  [/^(\S+) has a rule for (\w+) already: .+$/, '$1 已有 $2 规则，请修改该规则。'],
  [/^(\S+) has rules already for (.+): .+$/, '$1 已有规则：$2。请修改这些规则，或不选这些项。'],
  [/^Of (\d+) points (\d+) can never reach the limit\.$/, '$1 个监测点中不可能有 $2 个达到限值。'],
  [/^The deadband must be smaller than the limit\.$/, '死区必须小于限值。'],
  [/^The point has no range: .+$/, '该监测点没有量程，请填写 4 mA 和 20 mA 对应值。'],
  [/^The points have different units \((.+)\): .+$/, '各监测点单位不同（$1），只能比较同类测量。'],
  [/^The value at 20 mA must be greater .+$/, '20 mA 对应值必须大于 4 mA 对应值。'],
  [/^These are all of its states: .+$/, '已选全部状态，报警将永远不会恢复。'],
  [/^(\S+) is a quantity: .+$/, '$1 是模拟量，没有状态。'],
  [/^(\S+) has no state '(.+)'; it has: (.+)\.$/, '$1 没有状态 $2，可用：$3。'],
  [/^(\S+) has states: they have no deadband\.$/, '$1 是开关量，没有死区。'],
  [/^(\S+) has states: .+$/, '$1 是开关量，此规则只用于模拟量。'],
  [/^\S+ has no point (.+); register the point first\.$/, '没有监测点 $1，请先登记。'],
  [/^\S+ has no group (.+); register the group first\.$/, '没有探测器组 $1，请先登记。'],
  [/^(\S+) is not in the group (.+)\.$/, '$1 不在探测器组 $2 中。'],
  [/^It must be the point of one of the variables\.$/, '变量中须包含本监测点。'],
  [/^[Ii]t is over already; .+$/, '有效期已过，请填写将来的时间。'],
];

const known: Sentences[] = [CHINESE];

/** What is said on a screen that is fetched later, and comes with it. */
export function learn(sentences: Sentences): void {
  known.push(sentences);
}

/** A sentence of the services in the language of the screen; one that is not known as it came. */
export function sentenceText(sentence: string): string {
  return locale.language === 'en' ? sentence : (inChinese(sentence) ?? sentence);
}

/** Null: there is no Chinese for it. A figure that the sentence leaves out is left out with its
 * words. */
export function inChinese(sentence: string): string | null {
  for (const [said, chinese] of known.flat()) {
    const found = said.exec(sentence);
    if (found) return fill(chinese, found);
  }
  return null;
}

function fill(chinese: string, found: RegExpExecArray): string {
  const clauses = chinese.split('，');
  const given = clauses.filter((clause) =>
    [...clause.matchAll(/\$(\d)/g)].every(([, place]) => found[Number(place)] !== undefined),
  );
  return given.join('，').replace(/\$(\d)/g, (_, place: string) => named(found[Number(place)] ?? ''));
}

/** What a sentence was filled with: a place in a standard, or a list of what may be said. */
function named(filled: string): string {
  return filled.replace(/ annex$/, ' 附录').replaceAll(/', '|' or '/g, '、');
}
