import { t } from '../i18n/locale.svelte';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** What a field lacks in the language of the screen; the browser says it in its own. Null: the form
 * has said why itself, or there is nothing to say. */
export function wantOf(validity: ValidityState): string | null {
  if (validity.customError) return null;
  if (validity.valueMissing || validity.patternMismatch) return t('field.missing');
  if (validity.rangeOverflow || validity.rangeUnderflow || validity.stepMismatch || validity.badInput) {
    return t('field.number');
  }
  return validity.tooShort || validity.tooLong ? t('field.length') : null;
}

/** All fields of the page say so until they are written in again. */
export function sayInOwnWords(page: Document): void {
  const said = new WeakSet<Field>();
  page.addEventListener(
    'invalid',
    (event) => {
      const field = event.target as Field;
      const want = wantOf(field.validity);
      if (want === null) return;
      field.setCustomValidity(want);
      said.add(field);
    },
    true,
  );
  for (const moved of ['input', 'change']) {
    page.addEventListener(
      moved,
      (event) => {
        const field = event.target as Field;
        if (said.delete(field)) field.setCustomValidity('');
      },
      true,
    );
  }
}
