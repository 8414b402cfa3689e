import { GRADES, type Grade } from '../alarm/alarm';
import { STANDARD, type Allowance, type ShelvingPolicy } from '../alarm/shelf';
import type { Json } from '../api/parse';
import type { Wrong } from '../point/rule-draft';

export const HOWS = ['shelf', 'out_of_service'] as const;
export type How = (typeof HOWS)[number];
export const LENGTHS = ['longest', 'alone'] as const;
export type Length = (typeof LENGTHS)[number];

/** A figure of the policy: `shelf.3.longest`. */
export type Figure = `${How}.${Grade}.${Length}`;
export type PolicyDraft = Readonly<Record<Figure, string>>;
export type PolicyWrong = Wrong | { readonly why: 'graver' } | { readonly why: 'beyond-longest' };
export type PolicyWrongs = Readonly<Partial<Record<Figure | 'reason', PolicyWrong>>>;

/** No park allows more (`services/domain/shelving_policy.py`), minutes. */
export const LONGEST: Readonly<Record<How, number>> = { shelf: 1_440, out_of_service: 129_600 };

/** What no park decides: grade 1 is never shelved, and never out of service by one person. */
export const FIXED: readonly Figure[] = [
  'shelf.1.longest',
  'shelf.1.alone',
  'out_of_service.1.alone',
];

function figures(): Figure[] {
  return HOWS.flatMap((how) =>
    GRADES.flatMap((grade) => LENGTHS.map((length) => figure(how, grade, length))),
  );
}

export function figure(how: How, grade: Grade, length: Length): Figure {
  return `${how}.${grade}.${length}`;
}

function allowanceOf(policy: ShelvingPolicy, how: How, grade: Grade): Allowance {
  return (how === 'shelf' ? policy.shelf : policy.out)[grade];
}

function minutesOf(policy: ShelvingPolicy, name: Figure): number {
  const [how, grade, length] = name.split('.') as [How, string, Length];
  return allowanceOf(policy, how, Number(grade) as Grade)[length];
}

export function draftOfPolicy(policy: ShelvingPolicy): PolicyDraft {
  const told = figures().map((name) => [name, String(minutesOf(policy, name))] as const);
  return Object.fromEntries(told) as PolicyDraft;
}

/** Whole minutes; NaN: it is none. */
export function minutes(text: string): number {
  const typed = text.normalize('NFKC').trim();
  return /^\d+$/.test(typed) ? Number(typed) : Number.NaN;
}

/** Where it allows more than the standard's. */
export function laxerThanStandard(draft: PolicyDraft): readonly Figure[] {
  return figures().filter((name) => minutes(draft[name]) > minutesOf(STANDARD, name));
}

/** The body of the request; or what is wrong with which figure. */
export function policyBody(
  draft: PolicyDraft,
  reason: string,
): { body: Json; wrong: PolicyWrongs } {
  const wrong: Partial<Record<Figure | 'reason', PolicyWrong>> = {};
  if (reason.trim() === '') wrong.reason = { why: 'missing' };
  const policy: Record<string, Record<string, object>> = {};
  for (const how of HOWS) {
    const told: Record<string, object> = {};
    let graver = { longest: 0, alone: 0 };
    for (const grade of GRADES) {
      const longest = minutes(draft[figure(how, grade, 'longest')]);
      const alone = minutes(draft[figure(how, grade, 'alone')]);
      const of = (length: Length, value: number): PolicyWrong | null => {
        if (draft[figure(how, grade, length)].trim() === '') return { why: 'missing' };
        if (!Number.isFinite(value)) return { why: 'whole' };
        if (value > LONGEST[how]) return { why: 'high', bound: LONGEST[how] };
        if (length === 'alone' && value > longest) return { why: 'beyond-longest' };
        return value < graver[length] ? { why: 'graver' } : null;
      };
      for (const [length, value] of [['longest', longest], ['alone', alone]] as const) {
        const found = of(length, value);
        if (found) wrong[figure(how, grade, length)] = found;
      }
      told[String(grade)] = { longest_minutes: longest, alone_minutes: alone };
      graver = { longest: longest || 0, alone: alone || 0 };
    }
    policy[how] = told;
  }
  return { body: { policy, reason: reason.trim() }, wrong };
}

/** The figure that a path in the body belongs to: `policy.shelf.3.alone_minutes`. */
export function policyField(path: string): string {
  return path.replace(/^policy\./, '').replace(/_minutes$/, '');
}
