/** Light for a lit room, dark for one where only the screens shine. */
export type ThemeName = 'light' | 'dark';

const KEPT = 'parkwatch.theme';

/** The look of the screen: light unless this browser was switched. */
class Theme {
  name: ThemeName = $state(kept());

  constructor() {
    this.put();
  }

  toggle(): void {
    this.name = this.name === 'light' ? 'dark' : 'light';
    this.put();
    try {
      localStorage.setItem(KEPT, this.name);
    } catch {
      // Storage forbidden or full: the switch holds until the page is left.
    }
  }

  private put(): void {
    document.documentElement.dataset['theme'] = this.name;
  }
}

function kept(): ThemeName {
  try {
    return localStorage.getItem(KEPT) === 'dark' ? 'dark' : 'light';
  } catch {
    return 'light';
  }
}

export const theme = new Theme();
