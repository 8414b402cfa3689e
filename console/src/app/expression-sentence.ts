import { learn } from './sentence-wording';

/** What the compiler of expressions says, in English alone: its Chinese. */
learn([
  [
    /^It cannot be compiled: undeclared reference to '(.+?)' at character (\d+)\.$/,
    '表达式第 $2 个字符处的 $1 没有定义，请在“变量”中加入或改正其名称。',
  ],
  [
    /^It cannot be compiled: found no matching overload for .+ at character (\d+)\. Write numbers .+$/,
    '表达式第 $1 个字符处类型不符，数值须带小数点，写作 5.0 而不是 5。',
  ],
  [
    /^It cannot be compiled: found no matching overload for .+ at character (\d+)\.$/,
    '表达式第 $1 个字符处类型不符，数值与状态名称不能相互比较或运算。',
  ],
  [/^It cannot be compiled: .+ at character (\d+)\..*$/, '表达式第 $1 个字符处有语法错误。'],
  [/^It cannot be compiled: .+$/, '表达式有语法错误。'],
]);
