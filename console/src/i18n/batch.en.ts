/** Acknowledging what is on the screen together; terms after IEC 62682. */
export const batchEn = {
  'batch.button': 'Acknowledge screen',
  'batch.hint': 'Acknowledge all waiting alarms that are fully in sight (Shift+A)',
  'batch.title': 'Acknowledge what waits on this screen: {count}?',
  'batch.only':
    'Only what was in sight when this window opened; what came or escalated since is not among them.',
  'batch.of-grade': '{count}',
  'batch.none': 'No alarm on this screen waits for acknowledgement.',
  'batch.stale': 'What the screen shows is stale: several cannot be acknowledged together.',
  'batch.done': '{count} alarms acknowledged',
  'batch.rest': 'Batch acknowledge: {done} took effect, the other {rest} are listed',
  'batch.changed': 'escalated meanwhile, not acknowledged',
  'batch.over': 'does not wait any more',
  'batch.by': 'was already acknowledged by {who}',
  'batch.unanswered': 'no answer, not acknowledged',
  'batch.left': 'These ended otherwise:',
  'batch.close': 'Close',
  'ack.moved': 'The list has just moved: this click acknowledged nothing. Look, then acknowledge.',
} as const;
