import { z } from 'zod'
import { ContractError, describeIssues } from './contract-error.ts'
import { limits } from './limits.ts'

/**
 * Reads a message of one schema at the door: bounded, JSON, of a known version, and exact (unknown
 * fields are refused, so that a misspelt option is not silently ignored).
 *
 * @throws {ContractError} naming the field, what was wanted and what came.
 */
export function decodeMessage<S extends z.ZodType>(
  what: string,
  schema: S,
  body: string,
): z.output<S> {
  return check(what, schema, readJson(what, body))
}

/**
 * The first half of `decodeMessage`, for a message of which it is not yet known what it is. A byte order mark before
 * it is passed over: who reads the message sees none.
 */
export function readJson(
  what: string,
  body: string,
  bytesMax: number = limits.messageBytesMax,
): unknown {
  checkSize(what, body, bytesMax)
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new ContractError('not_json', `${what}: not JSON (${(cause as Error).message})`, {
      cause,
    })
  }
}

/** @throws {ContractError} `too_large` */
export function checkSize(what: string, body: string, bytesMax: number, hint = ''): void {
  const bytes = Buffer.byteLength(body)
  if (bytes <= bytesMax) return
  throw new ContractError('too_large', `${what}: too large (${bytes} > ${bytesMax} bytes)${hint}`)
}

/** Like `decodeMessage`, for a value that is already parsed. */
export function check<S extends z.ZodType>(what: string, schema: S, value: unknown): z.output<S> {
  const { version, spec } = (value ?? {}) as Versioned & { readonly spec?: Versioned | null }
  checkVersion(`${what}: version`, version)
  checkVersion(`${what}: spec.version`, spec?.version)
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return parsed.data
  throw new ContractError('invalid', `${what}: ${describeIssues(parsed.error)}`)
}

interface Versioned {
  readonly version?: unknown
}

/** @throws {ContractError} `unknown_version`: of what else is wrong a newer version may know why it is right. */
function checkVersion(where: string, version: unknown): void {
  if (typeof version !== 'number' || version === 1) return
  throw new ContractError('unknown_version', `${where} ${version} is not known, wanted 1`)
}

export const jobIdField = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'wanted 1 to 64 of a-z, 0-9 and -')
