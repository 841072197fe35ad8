import type { z } from 'zod'

export type ContractErrorCode =
  | 'not_json'
  | 'too_large'
  | 'unknown_version'
  | 'invalid'
  | 'no_template'

/** A message or spec that does not fit its schema. Never retryable: the same text stays wrong. */
export class ContractError extends Error {
  override readonly name = 'ContractError'
  readonly code: ContractErrorCode
  readonly retryable = false

  constructor(code: ContractErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What a schema found wrong, as one line: `dataset.uri: wanted a string, got nothing; …`. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const path = issue.path.join('.')
      const message = `${issue.message}${got(issue)}`
      return path === '' ? message : `${path}: ${message}`
    })
    .join('; ')
}

const SHOWN_CHARS = 60

/** What came, where the schema's own words leave it out. */
function got({ code, input }: z.core.$ZodIssue): string {
  const isLeftOut = code === 'invalid_format' || code === 'too_small' || code === 'too_big'
  if (!isLeftOut || (typeof input !== 'string' && typeof input !== 'number')) return ''
  const text = JSON.stringify(input)
  return `, got ${text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text}`
}
