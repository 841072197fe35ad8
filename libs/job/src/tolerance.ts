import type { Job, JobFailure } from './job.ts'

/**
 * The failure of a job in which more rows have failed than it tolerates; nothing while it may go on.
 * The percentage is of all rows of the dataset, so it says nothing before the plan is sealed.
 */
export function toleranceExceeded(job: Job, failedRows: number): JobFailure | undefined {
  const { failedRowsMax, failedRowsPercentMax } = job.adjusted?.tolerance ?? job.spec.tolerance
  if (failedRowsMax !== undefined && failedRows > failedRowsMax) {
    const counted = failedRows === 1 ? '1 row' : `${failedRows} rows`
    return exceeded(job, `${counted} failed, the job tolerates ${failedRowsMax}`)
  }
  const rows = job.plan?.rows
  if (failedRowsPercentMax === undefined || rows === undefined || rows === 0) return undefined
  const percent = (100 * failedRows) / rows
  if (percent <= failedRowsPercentMax) return undefined
  return exceeded(
    job,
    `${failedRows} of ${rows} rows failed (${percent.toPrecision(3)} %), ` +
      `the job tolerates ${failedRowsPercentMax} %`,
  )
}

/** True when a count of failed rows can end the job. */
export function hasTolerance(job: Job): boolean {
  const { failedRowsMax, failedRowsPercentMax } = job.adjusted?.tolerance ?? job.spec.tolerance
  return failedRowsMax !== undefined || failedRowsPercentMax !== undefined
}

const exceeded = ({ jobId }: Job, message: string): JobFailure => ({
  code: 'tolerance_exceeded',
  message: `${message}; millrace get ${jobId} --where-failed shows which`,
})
