import type { z } from 'zod'
import { issueLines } from './issue-words.ts'

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

/** What a schema found wrong, as one line: `dataset.uri: wanted a text, got nothing; …`. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.flatMap((issue) => issueLines(issue)).join('; ')
}
