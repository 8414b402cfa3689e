import './register-sentence';
import { learn } from './sentence-wording';

/** What the api says of an act on a bypass, in English alone: its Chinese. */
learn([
  [
    /^Only one bypass of a voting group at a time: \S+ of the whole loop is .+$/,
    '同一表决组同时只允许一个旁路：整个回路的旁路尚未关闭，请先恢复并验证，或拒绝。',
  ],
  [
    /^Only one bypass of a voting group at a time: \S+ of input (.+) is [a-z ]+\. Have .+$/,
    '同一表决组同时只允许一个旁路：输入 $1 的旁路尚未关闭，请先恢复并验证，或拒绝。',
  ],
  [
    /^Only one bypass of a voting group at a time: the field shows (.+) bypassed; .+$/,
    '同一表决组同时只允许一个旁路：现场显示 $1 已旁路，请先恢复。',
  ],
  [/^[nN]ame at least one compensating measure\.?$/, '至少填写一项补偿措施。'],
  [/^[aA]n outage is of the whole loop: .+$/, '停用针对整个回路，请勿指定输入。'],
  [/^[iI]t has to lie ahead, by (\d+) days at most\.?$/, '开始时间须晚于现在，且在 $1 天以内。'],
  [/^[aA] \w+ bypass lasts more than 0 and at most (\d+) h\.?$/, '该类旁路每次时长须大于 0，最长 $1 h。'],
  [/^[wW]ith all extensions a \w+ bypass lasts (\d+) h at most\.?$/, '该类旁路连同延期最长 $1 h。'],
  [/^An extension waits for its approval already\.$/, '已有一次延期待审批。'],
  [/^This bypass is .+: only what was applied for, .+$/, '只有待审批的旁路申请可以审批，该旁路状态已变化。'],
  [/^This bypass is .+: only what waits, .+$/, '旁路已开始或已关闭，不能拒绝；已开始的请办理恢复投用。'],
  [/^This bypass is .+: only one in force is extended; .+$/, '只有生效中的旁路可以延期，请重新申请。'],
  [/^This bypass is .+: only what was approved is restored\.$/, '只有已批准的旁路可以恢复投用，该旁路状态已变化。'],
  [/^This bypass is .+: only what was restored is verified\.$/, '只有已恢复的旁路可以验证，该旁路状态已变化。'],
  [/^Another person than who restored it has to verify this\.$/, '验证人不得为办理恢复的人。'],
  [/^The field still says bypass_maintenance: .+$/, '现场仍显示维护旁路，请先在现场恢复该回路。'],
  [/^The field still says bypass_operational: .+$/, '现场仍显示操作旁路，请先在现场恢复该回路。'],
  [/^The field still says removed: .+$/, '现场仍显示已摘除，请先在现场恢复该回路。'],
  [/^The field still says proof_test: .+$/, '现场仍显示检验测试，请先在现场恢复该回路。'],
  [/^The field still says (\S+): .+$/, '现场仍显示 $1，请先在现场恢复该回路。'],
  [
    /^[nN]obody knows what the field shows of this loop now: .+$/,
    '现场状态未知：请说明如何确认回路已投用，或等待状态上报。',
  ],
  [/^Two persons have to approve this, .+$/, '须由两名不同的人审批，且均不得为申请人。'],
  [/^[tT]his loop is not fitted; .+$/, '该回路未装备，无旁路可申请。'],
  [/^(.+) is no input of this loop\.?$/, '$1 不是该回路的输入。'],
]);
