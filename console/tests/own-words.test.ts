import { afterEach, expect, it } from 'vitest';
import { sayInOwnWords } from '../src/app/own-words';
import { locale } from '../src/i18n/locale.svelte';

sayInOwnWords(document);

afterEach(() => {
  locale.language = 'zh-CN';
  document.body.replaceChildren();
});

function field(attributes: Record<string, string>): HTMLInputElement {
  const made = document.createElement('input');
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  document.body.append(made);
  return made;
}

it('what a field lacks is said in the language of the screen, until it is written in', () => {
  const reason = field({ required: '' });
  expect(reason.reportValidity()).toBe(false);
  expect(reason.validationMessage).toBe('请填写此项。');
  reason.value = '检修';
  reason.dispatchEvent(new Event('input', { bubbles: true }));
  expect(reason.reportValidity()).toBe(true);
  locale.language = 'en';
  reason.value = '';
  expect(reason.reportValidity()).toBe(false);
  expect(reason.validationMessage).toBe('Fill this in.');
});

it('a number beyond its bounds is told apart from nothing', () => {
  const minutes = field({ type: 'number', required: '', min: '1', max: '30', value: '90' });
  expect(minutes.reportValidity()).toBe(false);
  expect(minutes.validationMessage).toBe('请填写允许范围内的数值。');
});

it('what a form has said itself stays', () => {
  const end = field({ required: '' });
  end.setCustomValidity('最长 30 天');
  expect(end.reportValidity()).toBe(false);
  expect(end.validationMessage).toBe('最长 30 天');
});
