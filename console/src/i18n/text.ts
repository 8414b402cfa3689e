import { en } from './en';
import { zhCN } from './zh-CN';

export type Language = 'zh-CN' | 'en';
export type Key = keyof typeof zhCN;

/** The names in braces of a text: what must be given with it, checked by the compiler. */
type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** The arguments of `t(key, …)`: none for a plain text, one object for a text with names. */
export type Given<K extends Key> = [Names<(typeof zhCN)[K]>] extends [never]
  ? []
  : [params: Readonly<Record<Names<(typeof zhCN)[K]>, string | number>>];

/** A further language: every key. */
export type Translation = { readonly [K in Key]: string };

/** Keys whose texts do not name the same parameters in both languages; there must be none. */
type Differing = {
  [K in Key]: [Names<(typeof zhCN)[K]>, Names<(typeof en)[K]>] extends [
    Names<(typeof en)[K]>,
    Names<(typeof zhCN)[K]>,
  ]
    ? never
    : K;
}[Key];
type None<T extends never> = T;
export type SameNames = None<Differing>;

const TEXTS: Readonly<Record<Language, Translation>> = { 'zh-CN': zhCN, en };

export function say<K extends Key>(language: Language, key: K, ...given: Given<K>): string {
  const params: Readonly<Record<string, string | number>> = given[0] ?? {};
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
}

/** The text of a key that is put together at run time, or null where there is none. */
export function sayIfKnown(language: Language, key: string): string | null {
  return Object.hasOwn(zhCN, key) ? TEXTS[language][key as Key] : null;
}
