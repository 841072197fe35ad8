import type { Mutation } from './mutation.ts'

/** The first seed of each hunt: far apart, or the one that is known to notice it, which is hunted from once. */
export function huntStarts({ seed }: Pick<Mutation, 'seed'>, hunts: number): readonly number[] {
  if (seed !== undefined) return [seed]
  return Array.from({ length: hunts }, (_, index) => 1_000_000 * (index + 1))
}
