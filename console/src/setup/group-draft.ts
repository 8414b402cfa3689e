import type { Json } from '../api/parse';
import type { DetectorGroup } from '../point/detector-group';
import { linesOf, type Wrong } from '../point/rule-draft';

export const GROUP_KINDS = ['gas', 'fire', 'mixed', 'redundant'] as const;

/** What was typed into the form: a tag a line. */
export interface GroupDraft {
  readonly enterprise: string;
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  readonly kind: string;
  readonly members: string;
}
export type GroupWrong = Wrong | { readonly why: 'code' };
export type GroupWrongs = Readonly<Partial<Record<keyof GroupDraft, GroupWrong>>>;

const CODE = /^[A-Za-z0-9_-]{1,64}$/;
const MOST_MEMBERS = 100;
const MOST_REDUNDANT = 8;

export function newGroup(enterprise: string): GroupDraft {
  return { enterprise, code: '', name: '', nameEn: '', kind: 'gas', members: '' };
}

export function draftOfGroup(group: DetectorGroup): GroupDraft {
  const { enterprise, code, name, nameEn, kind } = group;
  return { enterprise, code, name, nameEn, kind, members: group.members.join('\n') };
}

/** The body of the request (of a change: only what can change); or what is wrong with a field. */
export function groupBody(
  draft: GroupDraft,
  isNew: boolean,
): { body: Json; wrong: GroupWrongs } {
  const wrong: Partial<Record<keyof GroupDraft, GroupWrong>> = {};
  const members = linesOf(draft.members);
  if (draft.enterprise === '') wrong.enterprise = { why: 'missing' };
  if (draft.code.trim() === '') wrong.code = { why: 'missing' };
  else if (!CODE.test(draft.code.trim())) wrong.code = { why: 'code' };
  if (draft.name.trim() === '') wrong.name = { why: 'missing' };
  if (members.length > MOST_MEMBERS) wrong.members = { why: 'high', bound: MOST_MEMBERS };
  if (draft.kind === 'redundant') {
    if (members.length < 2) wrong.members = { why: 'low', bound: 2 };
    if (members.length > MOST_REDUNDANT) wrong.members = { why: 'high', bound: MOST_REDUNDANT };
  }
  const told = {
    name: draft.name.trim(),
    name_en: draft.nameEn.trim() || null,
    kind: draft.kind,
    members,
  };
  const body = isNew ? { enterprise: draft.enterprise, code: draft.code.trim(), ...told } : told;
  return { body, wrong };
}

/** The field of the form that a path in the body belongs to: `members.1` is of `members`. */
export function groupField(path: string): string {
  const [head = path] = path.split('.');
  return head === 'name_en' ? 'nameEn' : head;
}
