import { learn } from './sentence-wording';

/** What the api says of the description of an interlock, in English alone: its Chinese. */
learn([
  [/^(\S+) votes over (\d+) inputs and (\d+) are named: .+$/, '$1 表决需要 $2 个输入，现填写了 $3 个，每个输入填写一次。'],
  [/^name at least one thing that it does\.?$/, '至少填写一个动作对象。'],
  [/^(\S+) is one of its causes\.?$/, '$1 已是该回路的输入。'],
  [/^it is 1, 2, 3 or 4; leave it out .+$/, '须为 1 至 4；没有要求时留空。'],
  [/^it is 1 to (\d+) days\.?$/, '须为 1 至 $1 天。'],
  [/^a loop that neither has to be there nor is there is no loop\.?$/, '不要求装备又未装备的回路无须登记。'],
  [/^a loop is not its own cause or effect\.?$/, '回路不能是自己的输入或动作对象。'],
  [/^(\S+) is named twice\.?$/, '$1 重复。'],
  [/^(\S+) shows another bypass\.?$/, '$1 已用于显示另一个旁路。'],
  [/^(\S+) shows the state of (\S+?), or of an input of it\.?$/, '$1 已用于显示回路 $2 或其输入的状态。'],
  [/^it leads back to the loop itself: (.+?)\.?$/, '动作又回到本回路：$1。'],
  [/^(\S+) is no registered point; do that first\.?$/, '$1 未登记为监测点，请先登记。'],
  [/^(\S+) is of kind (\w+), not interlock\.?$/, '$1 的类型不是联锁。'],
  [/^(.+) lies outside of the range of (\S+?): it would never vote\.?$/, '$1 超出 $2 的量程，永远不会动作。'],
  [/^Its bypass \S+ is open: .+$/, '该回路有未关闭的旁路，请先恢复并验证，或拒绝。'],
  [/^you are measured by this, .+$/, '此项影响本企业的投用率、装备率或风险，请由园区值班长修改。'],
  [/^say why this loop is taken out of the register\.?$/, '请说明从台账移除的理由。'],
]);
