/** 批量确认的文本；术语依据 GB/T 41261（IEC 62682）。 */
export const batchZhCN = {
  'batch.button': '批量确认',
  'batch.hint': '确认当前屏内全部完整可见的未确认报警（Shift+A）',
  'batch.title': '批量确认本屏 {count} 条报警？',
  'batch.only': '仅确认打开本窗口时屏内可见的报警；此后新到或升级的报警不在其内。',
  'batch.of-grade': '{count} 条',
  'batch.none': '本屏没有未确认的报警。',
  'batch.stale': '画面数据已过时，不能批量确认。',
  'batch.done': '已确认 {count} 条报警',
  'batch.rest': '批量确认：生效 {done} 条，其余 {rest} 条见列表',
  'batch.changed': '期间已升级，未确认',
  'batch.over': '期间已不再待确认',
  'batch.by': '已由 {who} 先确认',
  'batch.unanswered': '没有答复，未确认',
  'batch.left': '以下报警另有结果：',
  'batch.close': '关闭',
  'ack.moved': '列表刚刚变动，本次点击未确认任何报警；请核对后再确认。',
} as const;
