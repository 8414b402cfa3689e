import { isJson, text } from '../api/parse';

/** What a sign-in provider sent back with the browser. */
export type Return = { readonly code: string; readonly state: string } | 'refused';

/** Null: nobody comes from a provider. */
export function returned(search: string): Return | null {
  const told = new URLSearchParams(search);
  const code = told.get('code');
  const state = told.get('state');
  if (state === null) return null;
  return code === null ? 'refused' : { code, state };
}

/** What the button says; null where one signs in by password alone. */
export function parseProvider(raw: unknown): string | null {
  return isJson(raw) ? text(raw['oidc']) : null;
}
