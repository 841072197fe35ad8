/** Fields that never reach a log, wherever a caller puts them: rows, answers and credentials. */
const MASKED = new Set(['body', 'payload', 'credentials', 'authorization', 'secretAccessKey'])
const MASK = '***'

type Facts = Record<string, unknown>

/**
 * Masks such fields among the facts of a line, and among theirs. By hand: a line is written for each batch,
 * and Pino's own paths with wildcards took as long as all else of it.
 */
export function maskFacts(facts: Facts): Facts {
  return maskIn(facts, (value) => (isPlain(value) ? maskIn(value, (inner) => inner) : value))
}

/** The same object when nothing in it is masked. */
function maskIn(facts: Facts, keep: (value: unknown) => unknown): Facts {
  let masked = facts
  for (const name in facts) {
    const value = facts[name]
    const kept = MASKED.has(name) ? MASK : keep(value)
    if (kept === value) continue
    if (masked === facts) masked = { ...facts }
    masked[name] = kept
  }
  return masked
}

/** An error has a serializer of its own, which takes only what it knows. */
const isPlain = (value: unknown): value is Facts =>
  typeof value === 'object' && value !== null && !(value instanceof Error)
