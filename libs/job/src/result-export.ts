import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { JobFailure } from './job.ts'
import type { JobId } from './job-id.ts'
import { type Decision, decisionSchema, type Output, outputSchema } from './result-spec.ts'

/** Names an export within its job: 1 to 64 of `a-z 0-9 -`, as job ids are. */
export type ExportId = string & { readonly __brand: 'ExportId' }

/** The export of a client token: the same token is the same export, however often it is asked for. */
export function exportIdOf(clientToken: string): ExportId {
  return `e-${createHash('sha256').update(clientToken).digest('hex').slice(0, 20)}` as ExportId
}

/** The states of an export: it ends as a job does, and is never paused or cancelled. */
export const EXPORT_STATES = [
  'requested',
  'succeeded',
  'succeeded_with_failures',
  'failed',
] as const

export type ExportState = (typeof EXPORT_STATES)[number]

/** How a recorded job is to be decided and written once more; kept with the export. */
export const exportSpecSchema = z.strictObject({
  version: z.literal(1),
  decision: decisionSchema.prefault({}),
  output: outputSchema,
})

/** A new result of a job from its recorded predictions, without one invocation. */
export interface ResultExport {
  readonly jobId: JobId
  readonly exportId: ExportId
  readonly decision: Decision
  readonly output: Output
  readonly state: ExportState
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly endedAt?: number
  readonly failure?: JobFailure
  /** Seconds since the epoch: the job's, without whose parts there is nothing to export. */
  readonly expiresAt?: number
}
