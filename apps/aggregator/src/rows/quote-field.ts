import type { Dialect } from '@millrace/csv'

/** Quotes a field where RFC 4180, section 2, asks for it. */
export function quoted(field: string, { delimiter, quote }: Dialect): string {
  const plain = !field.includes(delimiter) && !field.includes(quote) && !/[\r\n]/.test(field)
  return plain ? field : `${quote}${field.replaceAll(quote, quote + quote)}${quote}`
}
