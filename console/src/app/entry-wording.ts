import type { Alarm } from '../alarm/alarm';
import type { Entry } from '../alarm/entry';
import { stamp } from '../format/time';
import { t } from '../i18n/locale.svelte';
import { logicText } from './logic-wording';
import { limitText, valueText } from './wording';

/** What went with an event: the level and the value, why it left the board and until when, a note. */
export function entryDetails(entry: Entry): readonly string[] {
  const { alarm, note } = entry;
  const facts = alarm === null ? [] : factsOf(entry.event, alarm);
  // What is said as the reason already is not said twice.
  return note === null || alarm?.offBoard?.reason === note ? facts : [...facts, note];
}

function factsOf(event: string, alarm: Alarm): readonly string[] {
  switch (event) {
    case 'raised':
    case 'escalated':
    case 'deescalated':
    case 'realarmed':
    case 'corrected':
      return levelOf(alarm);
    case 'shelved':
    case 'out_of_service':
    case 'suppressed':
      return offOf(alarm);
    default:
      return [];
  }
}

function levelOf(alarm: Alarm): readonly string[] {
  const value = alarm.value === null ? [] : [valueText(alarm.value, alarm.pointKind, alarm.unit)];
  return [limitText(alarm), ...value];
}

function offOf(alarm: Alarm): readonly string[] {
  const why = alarm.offBoard;
  if (why === null) return [];
  return [
    why.logic === null ? why.reason : logicText(why.logic),
    why.until === null ? '' : t('context.until', { when: stamp(why.until) }),
    why.permit === null ? '' : t('context.permit', { permit: why.permit }),
    why.approvedBy === null ? '' : t('context.approved', { who: why.approvedBy }),
  ].filter((each) => each !== '');
}
