import { z } from 'zod'
import type { JobId } from './job-id.ts'
import { decodeMessage, jobIdField } from './message.ts'
import type { ExportId } from './result-export.ts'

/** → completions queue: look at this job, or at this export of it. Harmless when repeated. */
export const completionMessageSchema = z
  .strictObject({
    version: z.literal(1),
    jobId: jobIdField,
    exportId: jobIdField
      .optional()
      .describe('An export that was asked for; what it is stands in the ledger.'),
  })
  .describe('A job whose last batch may have been recorded, or an export to be made.')

export interface CompletionMessage {
  readonly jobId: JobId
  readonly exportId?: ExportId
}

export function encodeCompletionMessage(jobId: JobId, exportId?: ExportId): string {
  return JSON.stringify({ version: 1, jobId, exportId })
}

/** @throws {ContractError} */
export function decodeCompletionMessage(body: string): CompletionMessage {
  const { jobId, exportId } = decodeMessage('completion message', completionMessageSchema, body)
  const message = { jobId: jobId as JobId }
  return exportId === undefined ? message : { ...message, exportId: exportId as ExportId }
}
