import { afterEach, expect, test, vi } from 'vitest';
import { locale } from '../src/i18n/locale.svelte';
import { parsePoint } from '../src/point/point';
import { readAbout } from '../src/trends/about';
import { served } from './served';

afterEach(() => {
  locale.language = 'zh-CN';
  vi.unstubAllGlobals();
});

test('a limit at a trend is called in the language of the screen, not of when it was read', async () => {
  const rule = { id: 1, kind: 'limit', enterprise: 'E1', tag: 'LT-1', condition: 'H', limit: 80, grade: 3, version: 1 };
  served((url) => Response.json({ items: url.includes('/v1/rules') ? [rule] : [] }));
  const point = parsePoint({ id: 1, enterprise: 'E1', tag: 'LT-1', kind: 'level', unit: '%', period_s: 1 })!;
  const { limits } = await readAbout(point, { start: 0, end: 3_600_000 }, new AbortController().signal);
  expect(limits[0]?.label).toBe('LT-1 H 高报 80');
  locale.language = 'en';
  expect(limits[0]?.label).toBe('LT-1 H High 80');
});
