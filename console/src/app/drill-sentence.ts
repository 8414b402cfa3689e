import { learn } from './sentence-wording';

/** What the api says of a drill that cannot begin, in English alone: its Chinese. */
learn([
  [/^scenario: no simulator can play it: .+$/, '没有演练模拟器能执行该场景，请从场景列表中选择。'],
  [/^Another drill is not over yet: .+$/, '上一次演练尚未结束，请先结束。'],
  [/^None of the gateways that this scenario .+$/, '该场景所涉网关均未在本平台登记。'],
  [/^No simulator is ready for drills: .+$/, '没有就绪的演练模拟器，请先启动 parkwatch sim drill。'],
]);

export { sentenceText } from './sentence-wording';
