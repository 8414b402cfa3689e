import { learn } from './sentence-wording';

/** What the parts of the platform say of themselves, in English alone: its Chinese. */
learn([
  [/^Nothing comes from it: nobody hears the field\.$/, '没有任何应答：收不到现场数据。'],
  [/^It was never heard\.$/, '尚未收到其信号。'],
  [/^Alarms go on; what is new is recorded later\.$/, '报警照常，新内容稍后补记。'],
  [/^Nobody looks into the broker's store\.$/, '无法查看消息代理存储。'],
  [/^(\d+)% full(?:, ([\d.]+) h left)?\.$/, '已用 $1 %，约可用 $2 小时'],
  [/^(\d+)% of the room is free\.$/, '可用空间 $1 %'],
  [/^None came since the start\.$/, '启动以来尚未收到。'],
  [/^It alarms; ingest has not told of it\.$/, '能报警；数据接入尚未回报。'],
  [/^It alarms; stored up to (-?\d+) s ago\.$/, '能报警；$1 秒前的已入库'],
  [/^Gateways are let in once ingest and engine hold their sessions\.$/, '数据接入和报警引擎就绪后，网关方可接入。'],
  [/^The broker's own operator keeps its users\.$/, '接入账号由消息代理的管理者维护。'],
  [/^(\d+) notices wait for their receivers\.$/, '$1 条通知待发送'],
  [
    /^(\d+) messages: (\d+) readings stored, (\d+) repeats, (\d+) kept for adoption, (\d+) beyond their cap, (\d+) dead letters \((\d+) not kept\), (\d+) stored apart, (\d+) retained; (\d+) waiting\.?$/,
    '报文 $1 条：入库 $2，重复 $3，待登记 $4，死信 $6，另存 $8',
  ],
]);
