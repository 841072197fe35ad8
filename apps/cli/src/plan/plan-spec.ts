import { check, type JobSpec, jobSpecSchema, limits } from '@millrace/job'
import { type Looks, withLooks } from '../dataset/by-name.ts'
import { uriOf } from '../spec/read-spec.ts'
import type { PartialSpec } from '../spec/spec-options.ts'

/** What was asked of a dataset that is only looked at. */
export interface Asked {
  /** What it was read from, for what is wrong with it: the verb, or its spec file. */
  readonly name: string
  readonly wanted: PartialSpec
}

/**
 * The spec of a dataset that is only looked at: what the job would have beside it does not matter yet.
 *
 * @param looks what can be told of it; what is wanted comes before it.
 * @throws {ContractError} when that makes no sense.
 */
export function planSpec({ name, wanted }: Asked, data: string, looks: Looks): JobSpec {
  return check(name, jobSpecSchema, {
    ...wanted,
    version: 1,
    dataset: {
      ...withLooks(looks, wanted.dataset),
      uri: data === '-' ? 'file:///dev/stdin' : uriOf(data),
    },
    endpoint: { name: 'unknown', ...wanted.endpoint },
    output: { uri: 'file:///result.csv', ...wanted.output },
    batching: { rows: limits.batchRowsDefault, ...wanted.batching },
  })
}
