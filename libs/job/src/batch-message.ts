import { z } from 'zod'
import type { Batch } from './batch.ts'
import type { JobId } from './job-id.ts'
import { decodeMessage, jobIdField } from './message.ts'

const index = z.int().min(0)
const range = z
  .strictObject({ start: index, end: index })
  .refine(({ start, end }) => start < end, 'wanted start < end')

/**
 * producer → batches queue. It points at rows and carries none; bucket, endpoint and everything else
 * come from the job, so a message cannot make a consumer read or invoke what the job does not name.
 */
export const batchMessageSchema = z
  .strictObject({
    version: z.literal(1),
    jobId: jobIdField,
    batch: index.describe('Counted from 0 in row order.'),
    rows: range.describe('Rows [start, end) of the dataset, headers not counted.'),
    bytes: range.describe('Bytes [start, end) of the object.'),
    object: index.describe("Which of the dataset's objects, counted from 0."),
  })
  .describe('One batch of a job, to be invoked.')

/**
 * The attribute of a message whose batch may have been published before: a consumer then asks the
 * ledger before it invokes the endpoint a second time for the same rows.
 */
export const REPUBLISHED = 'republished'

export interface BatchMessage extends Batch {
  readonly jobId: JobId
}

export function encodeBatchMessage({ jobId, batch, rows, bytes, object }: BatchMessage): string {
  return JSON.stringify({ version: 1, jobId, batch, rows, bytes, object })
}

/** @throws {ContractError} */
export function decodeBatchMessage(body: string): BatchMessage {
  const { version: _, ...message } = decodeMessage('batch message', batchMessageSchema, body)
  return { ...message, jobId: message.jobId as JobId }
}
