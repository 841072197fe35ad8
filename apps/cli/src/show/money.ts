/** Dollars as a person reads them: cents, and below a cent the first two figures that are not 0. */
export function money(dollars: number): string {
  if (dollars === 0 || dollars >= 0.01) return `$${dollars.toFixed(2)}`
  if (dollars < 0.000_001) return 'below $0.000001'
  return `$${Number(dollars.toPrecision(2)).toFixed(6).replace(/0+$/, '')}`
}

/** A time of a job: `0.4 s`, `75 s`, `12 min`, `3.5 h`. */
export function span(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3_600).toFixed(1)} h`
}
