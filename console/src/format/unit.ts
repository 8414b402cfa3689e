/** UCUM codes as people write them. What is not here is shown as it was given (contract). */
const WRITTEN: Readonly<Record<string, string>> = {
  '1': '',
  Cel: '°C',
  'K/h': 'K/h',
  'm3/h': 'm³/h',
  'm3/s': 'm³/s',
  'Nm3/h': 'Nm³/h',
  'mg/m3': 'mg/m³',
  'ug/m3': 'µg/m³',
  'kg/m3': 'kg/m³',
  '[ppm]': 'ppm',
  '[ppb]': 'ppb',
  deg: '°',
};

export function unitText(unit: string): string {
  return Object.hasOwn(WRITTEN, unit) ? (WRITTEN[unit] ?? unit) : unit;
}

/** A sentence in which no line ends between a figure and its unit. */
export function unbroken(said: string): string {
  return said.replace(/(\s-?\d[\d.]*) (?=\S)/g, '$1\u00a0');
}
