import { isJson, list, oneOf, text } from '../api/parse';

/** Whom one calls at an enterprise while something goes on, in this order. */
export const CALLED = ['duty', 'control_room', 'emergency'] as const;

export interface Contact {
  readonly role: (typeof CALLED)[number];
  readonly name: string;
  readonly phone: string;
}

/** Those of an enterprise's file that are called in an emergency. */
export function parseContacts(raw: unknown): readonly Contact[] {
  const all = isJson(raw) ? list(raw['contacts']) : [];
  const found = all.flatMap((each) => {
    const role = isJson(each) ? oneOf(CALLED, each['role']) : null;
    if (!isJson(each) || role === null) return [];
    return [{ role, name: text(each['name']) ?? '', phone: text(each['phone']) ?? '' }];
  });
  return found.sort((a, b) => CALLED.indexOf(a.role) - CALLED.indexOf(b.role));
}
