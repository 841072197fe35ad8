import type { JobId } from '@millrace/job'

/** A claim on a job. Until it expires nobody else takes it; after that, only who renews holds it. */
export interface Lease {
  readonly jobId: JobId
  readonly owner: string
  /** Grows with every claim: a write of an older generation is refused. */
  readonly generation: number
}
