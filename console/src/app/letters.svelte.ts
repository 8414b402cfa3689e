const KEPT = 'parkwatch.letters';

/**
 * Whether single letters, digits and signs are keys of the console. Who speaks to the computer, or
 * often hits a key unmeant, switches them off (WCAG 2.2, 2.1.4); this browser keeps it.
 */
class Letters {
  on: boolean = $state(kept());

  switch(on: boolean): void {
    this.on = on;
    try {
      localStorage.setItem(KEPT, on ? 'on' : 'off');
    } catch {
      // Storage forbidden or full: the switch holds until the page is left.
    }
  }

  /** Whether this key means nothing now. Writing into a field is none of ours. */
  ignores(event: KeyboardEvent): boolean {
    if (this.on || event.key.length !== 1 || event.key === ' ') return false;
    return !(event.target instanceof Element && event.target.matches('input, select, textarea'));
  }
}

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT) !== 'off';
  } catch {
    return true;
  }
}

export const letters = new Letters();
