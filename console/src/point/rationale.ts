import { isJson, list, number, text } from '../api/parse';

/** What was written down of an alarm before it was one (ISA-18.2). */
export interface Rationale {
  readonly message: string | null;
  readonly cause: string | null;
  readonly consequence: string | null;
  readonly action: string | null;
  readonly respondWithinS: number | null;
}

/** Of the version that raised the alarm (null: of the newest); null where nothing was said. */
export function parseRationale(raw: unknown, version: number | null): Rationale | null {
  if (!isJson(raw)) return null;
  const versions = list(raw['versions']).filter(isJson);
  const found = version === null ? raw : versions.find((each) => each['version'] === version);
  if (found === undefined) return null;
  const said: Rationale = {
    message: text(found['message']),
    cause: text(found['cause']),
    consequence: text(found['consequence']),
    action: text(found['action']),
    respondWithinS: number(found['respond_within_s']),
  };
  return Object.values(said).some((each) => each !== null) ? said : null;
}
