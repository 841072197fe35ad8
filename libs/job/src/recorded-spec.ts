import type { z } from 'zod'
import { ContractError, describeIssues } from './contract-error.ts'
import { jobSpecSchema } from './job-spec.ts'
import { exportSpecSchema } from './result-export.ts'

/*
 * A spec that a door has let in is kept written out in full, and is read for as long as the job is kept: by apps
 * whose door wants more since. So it is read by the door's own schema without its rules on values (a regex, a bound,
 * what does not go together). Types, keys and defaults stay, and what is not known is refused: an older app must
 * not leave out an option that a newer one has taken.
 */

/** A job spec as it was recorded. */
export const recordedSpecSchema = withoutRules(jobSpecSchema)

/** What an export was asked for, as it was recorded. */
export const recordedExportSchema = withoutRules(exportSpecSchema)

/** The spec in a manifest, which is open as the whole manifest is: what is not known is left out. */
export const manifestSpecSchema = withoutRules(jobSpecSchema, { isOpen: true })

/**
 * Reads what was recorded.
 *
 * @throws {ContractError} `unknown_version` for what a newer version has written: another number, or a key or value
 * that is not known; `invalid` for what no version writes.
 */
export function readRecorded<S extends z.ZodType>(
  what: string,
  schema: S,
  value: unknown,
): z.output<S> {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return parsed.data
  const isNewer = parsed.error.issues.every(({ code }) => NOT_KNOWN.has(code))
  const words = `${what}: ${describeIssues(parsed.error)}`
  throw new ContractError(isNewer ? 'unknown_version' : 'invalid', words)
}

/** Issues of what is of the right type, and says what this version does not know. */
const NOT_KNOWN: ReadonlySet<z.core.$ZodIssue['code']> = new Set([
  'invalid_union',
  'invalid_value',
  'unrecognized_keys',
])

/** What a schema is made of, as far as ours are. */
interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly innerType?: z.ZodType
  readonly element?: z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly in?: z.ZodType
  readonly checks?: readonly unknown[]
}

function withoutRules<S extends z.ZodType>(schema: S, { isOpen = false } = {}): S {
  const bare = (inner: z.ZodType): z.ZodType => withoutRules(inner, { isOpen })
  const { checks: _, ...def } = schema.def as unknown as Definition
  const { shape, innerType, element, options, in: from } = def
  const plain = {
    ...def,
    ...(shape && {
      shape: Object.fromEntries(Object.entries(shape).map(([name, of]) => [name, bare(of)])),
      ...(isOpen && { catchall: undefined }),
    }),
    ...(innerType && { innerType: bare(innerType) }),
    ...(element && { element: bare(element) }),
    ...(options && { options: options.map(bare) }),
    ...(from && { in: bare(from) }),
  }
  return schema.clone(plain as unknown as typeof schema.def)
}
