import type { JobId } from '@millrace/job'
import type { JobPlan } from './scenario.ts'

/** What is known of a job beforehand. */
export interface KnownJob {
  readonly plan: JobPlan
  /** The plan's, but for a retry. */
  readonly token: string
  readonly jobId: JobId
  /** Of a retry: the job that it stands on, and why rows of it are invoked again. */
  readonly below?: KnownJob
  readonly reasons?: readonly string[]
  /** The rows of each version that an object of its dataset ever had, by ETag. */
  readonly versions: Map<string, readonly string[]>
}
