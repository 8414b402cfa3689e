/** A share (0 to 1) in percent; what is not nothing is not shown as nothing. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.01) return '< 0.01 %';
  return `${Number(value.toFixed(value < 1 ? 2 : 1))} %`;
}

/** How often in a while: two decimals; what is not never is not shown as never. */
export function rate(value: number): string {
  return value > 0 && value < 0.01 ? '< 0.01' : String(Number(value.toFixed(2)));
}

/** A measured number: four significant digits, no exponent for what plants measure, no padding. */
export function measured(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) return value.toExponential(3);
  const digits = size >= 1000 ? 1 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return String(Number(value.toFixed(size !== 0 && size < 0.01 ? 6 : digits)));
}
