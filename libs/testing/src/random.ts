/** Numbers that follow from a seed, so that a run can be had again. */
export interface Random {
  /** From 0 to 1, 1 excluded. */
  next(): number
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number
  /** True with this probability. */
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** A number from `min` to `max` whose logarithm is spread evenly: small ones are as likely as large. */
  log(min: number, max: number): number
}

/** Mulberry32: 32 bits of state, good enough to spread faults, and fast. */
export function createRandom(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  // Neighbouring seeds begin alike.
  for (let warm = 0; warm < 4; warm += 1) next()
  return {
    next,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => probability > 0 && next() < probability,
    pick(items) {
      if (items.length === 0) throw new RangeError('pick: wanted at least one item, got none')
      return items[Math.floor(next() * items.length)] as (typeof items)[number]
    },
    log: (min, max) => min * (max / min) ** next(),
  }
}
