/** A colour of the tokens as it is now, for a canvas, which knows no custom properties. */
export function ink(token: `--${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim();
}
