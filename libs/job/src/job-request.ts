import { z } from 'zod'
import type { JobId } from './job-id.ts'
import { jobSpecSchema, type JobSpec } from './job-spec.ts'
import { limits } from './limits.ts'
import { check, jobIdField, readJson } from './message.ts'

const retryOf = z
  .strictObject({
    jobId: jobIdField.describe('A job that has ended and has not expired.'),
    reasons: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(limits.retryReasonsMax)
      .optional()
      .describe(
        'Codes of row failures, as the errors file has them; every failed row when absent.',
      ),
  })
  .describe(
    'Makes the job a retry: only failed rows are invoked again, and rows that were never scored. `spec` is that of the retried job, but for endpoint, decision, output and tolerance.',
  )

/** submitter → jobs queue. The client token makes a repeated request the same job. */
export const jobRequestSchema = z
  .strictObject({
    version: z.literal(1),
    clientToken: z
      .string()
      .min(1)
      .max(256)
      .describe('Chosen by the sender; the same token is the same job.'),
    spec: jobSpecSchema,
    retryOf: retryOf.optional(),
  })
  .describe('A request to run a job.')

export interface JobRequest {
  readonly clientToken: string
  readonly spec: JobSpec
  readonly retryOf?: RetryRequest
}

/** What is asked for of a retry. */
export interface RetryRequest {
  readonly jobId: JobId
  readonly reasons?: readonly string[]
}

export function encodeJobRequest({ clientToken, spec, retryOf: retried }: JobRequest): string {
  return JSON.stringify({ version: 1, clientToken, spec, retryOf: retried })
}

/** @throws {ContractError} */
export function decodeJobRequest(body: string): JobRequest {
  return jobRequestOf(readJson('job request', body))
}

/**
 * Like `decodeJobRequest`, for a message that is already parsed.
 *
 * @throws {ContractError}
 */
export function jobRequestOf(message: unknown): JobRequest {
  const request = check('job request', jobRequestSchema, message)
  const { clientToken, spec } = request
  if (request.retryOf === undefined) return { clientToken, spec }
  const { jobId, reasons } = request.retryOf
  const retried = { jobId: jobId as JobId, ...(reasons === undefined ? {} : { reasons }) }
  return { clientToken, spec, retryOf: retried }
}
