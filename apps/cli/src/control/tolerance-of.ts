import type { Tolerance } from '@millrace/job'

/** What was typed of a tolerance; `none` lifts a limit. */
export interface ToleranceWanted {
  readonly failedRowsMax?: number | 'none'
  readonly failedRowsPercentMax?: number | 'none'
}

/** The tolerance with what was typed in place of what it said. */
export function toleranceOf(before: Tolerance, wanted: ToleranceWanted): Tolerance {
  const {
    failedRowsMax = before.failedRowsMax,
    failedRowsPercentMax = before.failedRowsPercentMax,
  } = wanted
  return {
    ...(typeof failedRowsMax === 'number' ? { failedRowsMax } : {}),
    ...(typeof failedRowsPercentMax === 'number' ? { failedRowsPercentMax } : {}),
  }
}
