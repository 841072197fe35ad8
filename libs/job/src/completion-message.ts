import { z } from 'zod'
import type { JobId } from './job-id.ts'
import { decodeMessage, jobIdField } from './message.ts'

/** consumer → completions queue: look at this job. Harmless when repeated. */
export const completionMessageSchema = z
  .strictObject({ version: z.literal(1), jobId: jobIdField })
  .describe('A job whose last batch may have been recorded.')

export function encodeCompletionMessage(jobId: JobId): string {
  return JSON.stringify({ version: 1, jobId })
}

/** @throws {ContractError} */
export function decodeCompletionMessage(body: string): JobId {
  return decodeMessage('completion message', completionMessageSchema, body).jobId as JobId
}
