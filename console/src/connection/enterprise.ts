import { isJson, text } from '../api/parse';

export interface Enterprise {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
}

export function parseEnterprise(raw: unknown): Enterprise | null {
  if (!isJson(raw)) return null;
  const code = text(raw['code']);
  if (code === null) return null;
  return { code, name: text(raw['name']) ?? '', nameEn: text(raw['name_en']) ?? '' };
}
