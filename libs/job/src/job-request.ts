import { z } from 'zod'
import { ContractError } from './contract-error.ts'
import { shown } from './issue-words.ts'
import type { JobId } from './job-id.ts'
import type { JobSpec } from './job-spec.ts'
import { limits } from './limits.ts'
import { check, checkSize, jobIdField, readJson } from './message.ts'
import { newJobSpecSchema } from './new-job-spec.ts'
import { WELL_FORMED } from './spec-fields.ts'
import { readRecorded, recordedSpecSchema } from './recorded-spec.ts'

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
    'Makes the job a retry: only failed rows are invoked again, and rows that were never scored. `spec` is that of the retried job, but for endpoint, decision, output, tolerance and deadline.',
  )

/** submitter → jobs queue. The client token makes a repeated request the same job. */
export const jobRequestSchema = z
  .strictObject({
    version: z.literal(1),
    clientToken: z
      .string()
      .min(1)
      .max(256)
      // Two tokens must not become one by what UTF-8 makes of them.
      .refine((token) => token.isWellFormed(), WELL_FORMED)
      .describe('Chosen by the sender; the same token is the same job.'),
    spec: newJobSpecSchema,
    retryOf: retryOf.optional(),
  })
  .describe('A request to run a job.')

export interface JobRequest {
  readonly clientToken: string
  readonly spec: JobSpec
  readonly retryOf?: RetryRequest
  /** Made of a template for an object: whoever changes the template changes no job that is there. Not sent. */
  readonly byTemplate?: true
  /** SHA-256 of what the message asked for, before defaults filled it in. Not sent. */
  readonly asked?: string
}

/** What is asked for of a retry. */
export interface RetryRequest {
  readonly jobId: JobId
  readonly reasons?: readonly string[]
}

/**
 * Told to the sender: a producer refuses what is larger, and then there is no job that could say so.
 *
 * @throws {ContractError} `too_large`
 */
export function encodeJobRequest({ clientToken, spec, retryOf: retried }: JobRequest): string {
  const body = JSON.stringify({ version: 1, clientToken, spec, retryOf: retried })
  checkSize('job request', body, limits.jobRequestBytesMax, LISTS)
  return body
}

const LISTS =
  ': dataset.features and output.join name too many columns, or at too great length; an index is shorter than a name, and exclude may be shorter than include'

/** @throws {ContractError} */
export function decodeJobRequest(body: string): JobRequest {
  return jobRequestOf(readJobRequest(body))
}

/**
 * The first half of `decodeJobRequest`, for a message that may be another one.
 *
 * @throws {ContractError}
 */
export function readJobRequest(body: string): unknown {
  return readJson('job request', body, limits.jobRequestBytesMax)
}

/**
 * Like `decodeJobRequest`, for a message that is already parsed. With all its defaults it is still no larger
 * than a message may be: whoever resumes the job, or finds it standing still, sends it again.
 *
 * @throws {ContractError}
 */
export function jobRequestOf(message: unknown): JobRequest {
  refuseEnvelope(message)
  const request = requestWith(check('job request', jobRequestSchema, message))
  encodeJobRequest(request)
  return request
}

/** What SNS wraps a message in: https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html */
const envelope = z.object({
  Type: z.literal('Notification'),
  TopicArn: z.string(),
  Message: z.string(),
})

/** @throws {ContractError} for a message as SNS delivers it unless it is told otherwise. */
function refuseEnvelope(message: unknown): void {
  const { data } = envelope.safeParse(message)
  if (data === undefined) return
  const topic = shown(data.TopicArn, 256)
  throw new ContractError(
    'invalid',
    `job request: wanted the message itself, got it in the envelope of the SNS topic ${topic}: set raw message delivery (RawMessageDelivery) on the topic's subscription of this queue, and publish it again`,
  )
}

/**
 * Like `jobRequestOf`, for a job that there is already: its spec is held to what may have been recorded.
 *
 * @throws {ContractError}
 */
export function recordedRequestOf(message: unknown): JobRequest {
  return requestWith(readRecorded('job request', recordedRequestSchema, message))
}

const recordedRequestSchema = jobRequestSchema.extend({ spec: recordedSpecSchema })

function requestWith({
  clientToken,
  spec,
  retryOf: retried,
}: z.output<typeof jobRequestSchema>): JobRequest {
  return {
    clientToken,
    spec,
    ...(retried === undefined ? {} : { retryOf: retryRequestOf(retried) }),
  }
}

function retryRequestOf({ jobId, reasons }: z.output<typeof retryOf>): RetryRequest {
  return { jobId: jobId as JobId, ...(reasons === undefined ? {} : { reasons }) }
}
