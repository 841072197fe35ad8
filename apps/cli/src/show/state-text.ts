import type { JobState } from '@millrace/job'

/** What has become of a job, as part of a sentence. */
export function stateText(state: JobState): string {
  switch (state) {
    case 'failed':
      return 'has failed'
    case 'cancelled':
      return 'was cancelled'
    case 'succeeded':
    case 'succeeded_with_failures':
      return 'has succeeded'
    default:
      return `is ${state}`
  }
}
