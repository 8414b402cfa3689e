import { locale, t } from '../i18n/locale.svelte';
import type { Field, Wrong } from '../register/field';

/** What a field of the register is called. */
export function fieldText(field: Field | string): string {
  const name = typeof field === 'string' ? field : (field.label ?? field.name);
  const code = name.replaceAll('.', '_');
  const said = locale.name('field', code);
  return said === code ? locale.name('point_field', code) : said;
}

/** What there are several of in a record: contacts, licences. */
export function listText(name: string): string {
  return locale.name('list', name);
}

/** A code of a closed list in words. */
export function choiceText(group: string | undefined, code: string): string {
  switch (group) {
    case 'contact':
      return locale.name('contact', code);
    case 'licence':
      return locale.name('licence', code);
    case 'facility':
      return locale.name('facility', code);
    case 'mixture':
      return locale.name('mixture', code);
    case 'kind':
      return locale.name('kind', code);
    case 'key_place':
      return locale.name('key_place', code);
    case 'reporting':
      return locale.name('reporting', code);
    case 'criticality':
      return locale.name('criticality', code);
    case 'truth':
      return locale.name('truth', code);
    default:
      return code;
  }
}

export function wrongFieldText(wrong: Wrong): string {
  return t(`register.wrong.${wrong}`);
}

/** The group that words the values of a field, where it has a closed list. */
const GROUPS: Readonly<Record<string, string>> = {
  kind: 'kind',
  unit_type: 'facility',
  reporting: 'reporting',
  criticality: 'criticality',
};

/** A value of a change as it is read: a code of a closed list in words. */
export function valueOfField(field: string, value: string): string {
  return value === '' ? '–' : choiceText(GROUPS[field], value);
}
