/**
 * Writes a finite double as Python's `repr` does, by other means than the kernel: JavaScript finds the
 * same shortest digits and writes them otherwise (`1`, `0.00001`, `1e-7`).
 */
export function pythonFloat(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e-4 && size < 1e16) {
    const text = String(value)
    return Number.isInteger(value) ? `${text}.0` : text
  }
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const text = value.toExponential()
  const sign = text.lastIndexOf('e') + 1
  const digits = text.length - sign - 1
  return digits >= 2 ? text : `${text.slice(0, sign + 1)}0${text.slice(sign + 1)}`
}
