/** Floats in the words of Python's `repr`, because the other side signs those (protocol.md 1). */

/**
 * Shortest text that reads back as the same float, as Python writes it: `1.0`, `1e-05`, `1e+16`, `-0.0`.
 * The digits are JavaScript's; only where an exponent begins and how it looks differ. The value must be finite.
 */
export function pythonFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : `${value}`;
  const text = value.toExponential();
  const exponent = text.indexOf("e") + 2;
  return text.slice(0, exponent) + text.slice(exponent).padStart(2, "0");
}
