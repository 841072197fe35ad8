import { check, type JobSpec, jobSpecSchema, limits } from '@millrace/job'
import { type Looks, withLooks } from '../dataset/by-name.ts'
import { refuseIdle } from '../spec/idle-options.ts'
import { uriOf } from '../spec/read-spec.ts'
import type { PartialSpec } from '../spec/spec-options.ts'

/** What was asked of a dataset that is only looked at. */
export interface Asked {
  /** What it was read from, for what is wrong with it: the verb, or its spec file. */
  readonly name: string
  readonly wanted: PartialSpec
  /** That part of it which was typed. */
  readonly typed: PartialSpec
}

/**
 * The spec of a dataset that is only looked at: what the job would have beside it does not matter yet.
 *
 * @param looks what can be told of it; what is wanted comes before it.
 * @throws {ContractError} when that makes no sense.
 * @throws {CliError} when something was typed that has no effect on it.
 */
export function planSpec({ name, wanted, typed }: Asked, data: string, looks: Looks): JobSpec {
  const spec = check(name, jobSpecSchema, {
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
  refuseIdle(typed, spec)
  return spec
}
