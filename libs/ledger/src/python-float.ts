/**
 * Writes a finite double as Python's `repr` does, and so as the SageMaker built-in containers print
 * a prediction: the shortest digits that read back as the same number, always with a point or an
 * exponent, an exponent below 1e-4 and from 1e16 on, of two digits at least.
 *
 * JavaScript finds the same shortest digits and writes them otherwise (`1`, `0.00001`, `1e-7`).
 * See https://docs.python.org/3/library/functions.html#repr and `float_repr_style`.
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
