const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

export const count = (value: number): string => whole.format(value)

/** `1 row`, `1,204 rows`. */
export const counted = (value: number, one: string, more = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : more}`

/** A share of 1 in percent, rounded down: what is not done is never shown as 100 %. */
export function percent(share: number): string {
  const tenths = Math.floor(share * 1_000 + 1e-6)
  return `${tenths < 1_000 ? (tenths / 10).toFixed(1) : Math.floor(tenths / 10)} %`
}

/** Of what is hoped to be rare: a little is never shown as nothing. */
export const rarePercent = (share: number): string =>
  share > 0 && share < 0.001 ? 'under 0.1 %' : percent(share)

/** `42 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  const all = Math.max(0, Math.ceil(seconds))
  if (all < 60) return `${all} s`
  const minutes = Math.floor(all / 60)
  if (minutes < 60) return `${minutes} min ${twoDigits(all % 60)} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${twoDigits(minutes % 60)} min`
  return `${count(Math.floor(hours / 24))} d ${hours % 24} h`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** `5 min ago`; both in seconds since the epoch. */
export function ago(then: number, now: number): string {
  const seconds = Math.floor(now - then)
  // Also what lies ahead: the clocks of two machines differ.
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 60 * 60) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 48 * 60 * 60) return `${Math.floor(seconds / 60 / 60)} h ago`
  return `${count(Math.floor(seconds / 24 / 60 / 60))} d ago`
}

/** Such as `2026-11-25T10:15:00Z`, which can be typed again. */
export const isoMoment = (seconds: number): string =>
  `${new Date(seconds * 1_000).toISOString().slice(0, 19)}Z`

/** Such as `2026-11-25 10:15:00 UTC`. */
export const moment = (seconds: number): string =>
  isoMoment(seconds).replace('T', ' ').replace('Z', ' UTC')
