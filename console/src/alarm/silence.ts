import { isClosed, type Alarm } from './alarm';

const OFFLINE = 'offline';

/** `enterprise/gateway` of each gateway, and the code of each enterprise, of which nothing is heard. */
export function silentOf(alarms: Iterable<Alarm>): ReadonlySet<string> {
  const silent = new Set<string>();
  for (const alarm of alarms) {
    if (alarm.condition !== OFFLINE || alarm.clearedAt !== null || alarm.historical || isClosed(alarm)) continue;
    if (alarm.subjectType === 'gateway') silent.add(`${alarm.enterprise}/${alarm.subject}`);
    else if (alarm.subjectType === 'enterprise') silent.add(alarm.enterprise);
  }
  return silent;
}
