const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const percents = new Intl.NumberFormat('en-US', {
  style: 'percent',
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
})

const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 })

export const count = (value: number): string => whole.format(value)
/** `1 row`, `1,204 rows`. */
export const counted = (value: number, one: string, more = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : more}`
/** For an axis: `1.2K`. */
export const compact = (value: number): string => short.format(value)
export const percent = (value: number): string => percents.format(value)
/** Up to six digits that matter, without the noise of binary fractions. */
export const plain = (value: number): string => String(Number(value.toPrecision(6)))
/** The same of what may be much: all digits of whole numbers, in threes. */
export const amount = (value: number): string =>
  Math.abs(value) < 1_000 ? plain(value) : count(value)
export const fixed = (value: number, digits = 4): string => value.toFixed(digits)

export function duration(seconds: number): string {
  if (seconds < 60) return `${count(Math.max(seconds, 0))} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Such as `2026-11-25 10:15:00 UTC`. */
export const moment = (seconds: number): string =>
  `${new Date(seconds * 1_000).toISOString().replace('T', ' ').slice(0, 19)} UTC`

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

export function bytes(value: number): string {
  let unit = 0
  let scaled = value
  while (scaled >= 1024 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1024
    unit += 1
  }
  return `${unit === 0 ? scaled : scaled.toFixed(1)} ${BYTE_UNITS[unit]}`
}
