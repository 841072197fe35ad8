/**
 * A number as Python's `repr` writes it, which is what the containers send: the shortest digits
 * that read back as the same double, an exponent below 1e-4 and from 1e16 on, and `.0` on integers.
 */
export function floatText(value: number): string {
  const magnitude = Math.abs(value)
  if (magnitude >= 1e-4 && magnitude < 1e16) {
    return Number.isInteger(value) ? `${value}.0` : `${value}`
  }
  if (magnitude === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (Number.isNaN(value)) return 'nan'
  if (magnitude === Infinity) return value > 0 ? 'inf' : '-inf'
  // Both languages write the same digits; only the exponent has two of them in Python.
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}
