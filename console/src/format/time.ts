import { t } from '../i18n/locale.svelte';

/** All times on the screen are of the park: Asia/Shanghai, whatever the computer's zone is. */
const ZONE = 'Asia/Shanghai';

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

function fields(ms: number): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(ms).map((part) => [part.type, part.value]));
}

/** 14:03:09 */
export function clock(ms: number): string {
  const f = fields(ms);
  return `${f['hour']}:${f['minute']}:${f['second']}`;
}

/** 2026-01-04 */
export function day(ms: number): string {
  const f = fields(ms);
  return `${f['year']}-${f['month']}-${f['day']}`;
}

/** 2026-01-04 14:03:09 */
export function stamp(ms: number): string {
  return `${day(ms)} ${clock(ms)}`;
}

/** 2026-01-04 14:03 */
export function minuteStamp(ms: number): string {
  return `${day(ms)} ${clock(ms).slice(0, 5)}`;
}

/** The moment that somebody typed like that, of the park; null: it is none. */
export function ofMinuteStamp(text: string): number | null {
  const typed = /^\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)\s*$/.exec(text);
  const ms = typed ? Date.parse(`${typed[1]}T${typed[2]}:00+08:00`) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** Today only the time, else with month and day: 01-04 14:03:09 */
export function shortStamp(ms: number, now: number): string {
  const date = day(ms);
  return date === day(now) ? clock(ms) : `${date.slice(5)} ${clock(ms)}`;
}

/** 0:42, 12:05, 3:04:05, 2 d 03:04 */
export function duration(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  const s = all % 60;
  const m = Math.floor(all / 60) % 60;
  const h = Math.floor(all / 3600) % 24;
  const d = Math.floor(all / 86_400);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (d > 0) return `${t('length.days', { count: d })} ${two(h)}:${two(m)}`;
  if (h > 0) return `${h}:${two(m)}:${two(s)}`;
  return `${m}:${two(s)}`;
}
