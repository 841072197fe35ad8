const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** Bytes as a person reads them: `40 bytes`, `1.2 MB`. */
export function size(bytes: number): string {
  const unit = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1)
  return `${numbers.format(bytes / 1_000 ** unit)} ${UNITS[unit]}`
}
