import { say, sayIfKnown, type Given, type Key, type Language } from './text';

const KEPT = 'parkwatch.language';

/** The language of the screen: Chinese unless this browser was switched. */
class Locale {
  language: Language = $state(keptLanguage());

  t = <K extends Key>(key: K, ...given: Given<K>): string => say(this.language, key, ...given);

  /** A name that the server may extend (states, conditions, kinds): as it came, if not known. */
  name = (group: string, code: string): string =>
    sayIfKnown(this.language, `${group}.${code}`) ?? code;

  toggle(): void {
    this.language = this.language === 'zh-CN' ? 'en' : 'zh-CN';
    try {
      localStorage.setItem(KEPT, this.language);
    } catch {
      // Storage forbidden or full: the switch holds until the page is left.
    }
  }
}

function keptLanguage(): Language {
  try {
    return localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh-CN';
  } catch {
    return 'zh-CN';
  }
}

export const locale = new Locale();
export const t = locale.t;
