/** A measured number: four significant digits, no exponent for what plants measure, no padding. */
export function measured(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) return value.toExponential(3);
  const digits = size >= 1000 ? 1 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return String(Number(value.toFixed(size !== 0 && size < 0.01 ? 6 : digits)));
}
