/** A moment in epoch seconds as ISO 8601 to the second, in UTC. */
export function when(seconds: number): string
export function when(seconds: number | undefined): string | undefined
export function when(seconds: number | undefined): string | undefined {
  return seconds === undefined
    ? undefined
    : new Date(seconds * 1_000).toISOString().replace('.000', '')
}
