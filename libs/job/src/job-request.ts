import { z } from 'zod'
import { jobSpecSchema, type JobSpec } from './job-spec.ts'
import { check, readJson } from './message.ts'

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
  })
  .describe('A request to run a job.')

export interface JobRequest {
  readonly clientToken: string
  readonly spec: JobSpec
}

export function encodeJobRequest({ clientToken, spec }: JobRequest): string {
  return JSON.stringify({ version: 1, clientToken, spec })
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
  const { clientToken, spec } = check('job request', jobRequestSchema, message)
  return { clientToken, spec }
}
