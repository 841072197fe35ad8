const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `1 row`, `1,204 rows`. */
export const counted = (value: number, one: string, more = `${one}s`): string =>
  `${whole.format(value)} ${value === 1 ? one : more}`
