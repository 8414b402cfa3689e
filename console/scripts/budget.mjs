// Fails the build when the JavaScript that a first visit loads exceeds its budget (gzip).
// The first load is the entry and what it imports statically; further screens come by route.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const FIRST_LOAD_KB = 150;
const FURTHER_SCREEN_KB = 25;
// Fetched once, with the first screen that needs it; not counted as the screen's own.
const LIBRARIES_KB = { leaflet: 50, uplot: 25 };
const DIST = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', DIST), 'utf8'));

const isLibrary = (key) => Object.hasOwn(LIBRARIES_KB, manifest[key].name ?? '');
const gzipKb = (file) => gzipSync(readFileSync(new URL(file, DIST))).length / 1000;

function staticChunks(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) staticChunks(next, seen);
  return seen;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const first = staticChunks(entry);
const firstKb = [...first].reduce((sum, key) => sum + gzipKb(manifest[key].file), 0);
let broken = firstKb > FIRST_LOAD_KB;
console.log(`first load: ${firstKb.toFixed(1)} kB gz of ${FIRST_LOAD_KB}`);

/** What is there already when this is asked for: the first load, and the screen that asks. */
function before(key) {
  const askers = Object.keys(manifest).filter((k) => manifest[k].dynamicImports?.includes(key));
  const there = askers.map((asker) => staticChunks(asker));
  const always = [...(there[0] ?? [])].filter((chunk) => there.every((each) => each.has(chunk)));
  return new Set([...first, ...always]);
}

for (const key of Object.keys(manifest).filter(isLibrary)) {
  const { name, file } = manifest[key];
  if (!file.endsWith('.js')) continue;
  const kb = gzipKb(file);
  broken ||= kb > LIBRARIES_KB[name];
  console.log(`${name}, a library: ${kb.toFixed(1)} kB gz of ${LIBRARIES_KB[name]}`);
}

for (const key of Object.keys(manifest).filter((k) => manifest[k].isDynamicEntry)) {
  const known = before(key);
  const own = [...staticChunks(key)].filter((k) => !known.has(k) && !isLibrary(k));
  const kb = own.reduce((sum, k) => sum + gzipKb(manifest[k].file), 0);
  broken ||= kb > FURTHER_SCREEN_KB;
  console.log(`${manifest[key].name}: ${kb.toFixed(1)} kB gz of ${FURTHER_SCREEN_KB}`);
}
if (broken) {
  console.error('The console is over its JavaScript budget: split it, or drop something.');
  process.exit(1);
}
