import { createHash } from 'node:crypto'

/**
 * SHA-256 of what a job request asks for, as it came: before defaults fill it in, which another version has otherwise.
 * The order of its keys is no matter, nor is its deadline, which may be reckoned anew.
 *
 * @param message one that is in order, so that it is nested no deeper than a spec.
 */
export function askedOf(message: unknown): string {
  const { spec, retryOf } = message as { readonly spec?: object; readonly retryOf?: object }
  const asked = { spec: { ...spec, deadline: undefined }, retryOf }
  return createHash('sha256')
    .update(JSON.stringify(sorted(asked)))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
