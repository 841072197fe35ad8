import { check, type JobSpec, jobSpecSchema, limits } from '@millrace/job'
import { datasetByName, withLooks } from '../dataset/by-name.ts'
import { uriOf } from '../spec/read-spec.ts'
import type { PartialSpec } from '../spec/spec-options.ts'

/**
 * The spec of a dataset that is only looked at: what the job would have beside it does not matter yet.
 *
 * @param name what is read, for what is wrong with it.
 */
export function planSpec(name: string, wanted: PartialSpec, data: string): JobSpec {
  return check(name, jobSpecSchema, {
    ...wanted,
    version: 1,
    dataset: {
      ...withLooks(datasetByName(data), wanted.dataset),
      uri: data === '-' ? 'file:///dev/stdin' : uriOf(data),
    },
    endpoint: { name: 'unknown', ...wanted.endpoint },
    output: { uri: 'file:///result.csv', ...wanted.output },
    batching: { rows: limits.batchRowsDefault, ...wanted.batching },
  })
}
