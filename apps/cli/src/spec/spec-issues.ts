import { nearest } from '@millrace/csv'
import { jobSpecSchema } from '@millrace/job'
import { z } from 'zod'

/** Something in a spec that no job takes. */
export interface SpecIssue {
  /** Where in the spec; of an unknown key, the key itself. */
  readonly path: readonly PropertyKey[]
  readonly message: string
}

type Schema = Readonly<Record<string, unknown>> & {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly type?: string
}

/**
 * Holds what a file says against the schema of a job spec: unknown keys with the nearest known one,
 * and values with what was wanted.
 */
export function specIssues(spec: Readonly<Record<string, unknown>>): readonly SpecIssue[] {
  const { error } = jobSpecSchema.safeParse(spec)
  // Its options may be corrected by what is typed beside it.
  const issues = (error?.issues ?? []).filter((issue) => issue.code !== 'custom')
  const schema = z.toJSONSchema(jobSpecSchema, { io: 'input' }) as Schema
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey(schema, issue.path, key))
    }
    const value = valueAt(spec, issue.path)
    // What is missing may be typed beside the file.
    if (value === undefined) return []
    const at = schemaAt(schema, issue.path)
    const wanted = lengthWanted(issue) ?? wantedOf(at)
    const reason = wanted === undefined ? issue.message : `wanted ${wanted}`
    const message = `${issue.path.join('.')}: ${reason}, got ${shown(value)}${meant(at, value)}`
    return [{ path: issue.path, message }]
  })
}

function unknownKey(schema: Schema, path: readonly PropertyKey[], key: string): SpecIssue {
  const known = Object.keys(schemaAt(schema, path).properties ?? {})
  const near = nearest(key, known)
  const where = path.length === 0 ? 'a job spec' : path.join('.')
  const instead = near === undefined ? `its keys are ${known.join(', ')}` : `did you mean ${near}?`
  return { path: [...path, key], message: `${where} has no key ${key} (${instead})` }
}

const schemaAt = (schema: Schema, path: readonly PropertyKey[]): Schema =>
  path.reduce<Schema>(
    (at, key) => (typeof key === 'number' ? at.items : at.properties?.[String(key)]) ?? NO_SCHEMA,
    schema,
  )

const NO_SCHEMA: Schema = {}

const valueAt = (spec: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], spec)

/** Of a list that is too short or too long. */
function lengthWanted(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'too_small' && issue.origin === 'array')
    return `${issue.minimum} or more in it`
  if (issue.code === 'too_big' && issue.origin === 'array') return `${issue.maximum} at most in it`
  return undefined
}

/** In words; nothing where the schema says more than words can. */
function wantedOf(schema: Schema): string | undefined {
  const { anyOf, enum: choices, const: only, type, minimum, maximum } = schema
  if (anyOf !== undefined) return either(anyOf.map((each) => wantedOf(each) ?? 'another'))
  if (choices !== undefined) return either(choices.map(String))
  if (only !== undefined) return JSON.stringify(only)
  switch (type) {
    case 'integer':
    case 'number': {
      const number = type === 'integer' ? 'a whole number' : 'a number'
      if (minimum === undefined) return number
      if (maximum === undefined || Number(maximum) >= Number.MAX_SAFE_INTEGER) {
        return `${number} from ${Number(minimum)}`
      }
      return `${number} from ${Number(minimum)} to ${Number(maximum)}`
    }
    case 'array':
      return `a list of ${plural(schema.items ?? NO_SCHEMA)}`
    case 'object':
      return `a mapping with ${Object.keys(schema.properties ?? {}).join(', ')}`
    case 'boolean':
      return 'true or false'
    case 'string':
      return schema['pattern'] === undefined ? 'a text' : undefined
    default:
      return undefined
  }
}

const plural = ({ type, anyOf }: Schema): string =>
  anyOf === undefined && type === 'number' ? 'numbers' : anyOf === undefined ? 'texts' : 'columns'

const either = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`

function meant({ enum: choices = [], type }: Schema, value: unknown): string {
  // YAML takes 0 and true for what they look like.
  if (type === 'string' && ['number', 'boolean'].includes(typeof value))
    return ` (write "${String(value)}")`
  const near = typeof value === 'string' ? nearest(value, choices.map(String)) : undefined
  return near === undefined ? '' : ` (did you mean ${near}?)`
}

const SHOWN_CHARS = 60

/** NaN has no text in JSON, and a long text is of no use. */
function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text
}
