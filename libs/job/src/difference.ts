import { shown } from './issue-words.ts'

/** Names of objects are long, and differ at their end. */
const SHOWN_CHARS = 300

/**
 * Where a value first differs from another of the same schema, and what each has there:
 * `dataset.csv.delimiter is ";", and not ","`. Nothing when they are the same.
 */
export function differenceOf(path: string, value: unknown, other: unknown): string | undefined {
  if (isNested(value) && isNested(other) && Array.isArray(value) === Array.isArray(other)) {
    const keys = new Set([...Object.keys(value), ...Object.keys(other)])
    for (const key of keys) {
      const inner = path === '' ? key : `${path}.${key}`
      const difference = differenceOf(inner, value[key], other[key])
      if (difference !== undefined) return difference
    }
    return undefined
  }
  if (Object.is(value, other)) return undefined
  return `${path} is ${shown(value, SHOWN_CHARS)}, and not ${shown(other, SHOWN_CHARS)}`
}

const isNested = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
