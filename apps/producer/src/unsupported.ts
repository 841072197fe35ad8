import type { JobSpec } from '@millrace/job'

/**
 * A sentence for what the spec's contract knows and no app does yet, or nothing. Taken as CSV, such a
 * job would end with a result that is not what was asked for.
 */
export function unsupportedIn({ dataset }: JobSpec): string | undefined {
  if (dataset.format !== 'csv') return `dataset.format ${dataset.format} is not supported yet`
  if (dataset.compression !== 'none') {
    return `dataset.compression ${dataset.compression} is not supported yet`
  }
  return undefined
}
