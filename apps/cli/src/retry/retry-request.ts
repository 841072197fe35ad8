import { createHash } from 'node:crypto'
import {
  check,
  type Job,
  type JobRequest,
  type JobSpec,
  jobSpecSchema,
  resultByName,
  whyNotApart,
} from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { toleranceOf, type ToleranceWanted } from '../control/tolerance-of.ts'
import { LOCAL_ENDPOINT } from '../local/start-apps.ts'
import { comingMoment } from '../spec/coming-moment.ts'
import { uriOf } from '../spec/read-spec.ts'

/** What was typed of a retry that its request depends on. */
export interface RetryWanted extends ToleranceWanted {
  /** Codes of row failures; every failed row when absent. */
  readonly reason?: readonly string[]
  readonly endpoint?: string
  readonly inferenceComponent?: string
  readonly localModel?: string
  readonly out?: string
  /** That of the job was for the job. */
  readonly deadline?: string
}

/** The request for a retry. */
export type AskedRetry = JobRequest & Required<Pick<JobRequest, 'retryOf'>>

/**
 * The request for a retry that there is not yet: a producer would set aside what no new job may be, and the job
 * that was promised would never appear.
 *
 * @throws {CliError} for what was once taken of the job that is retried, and is no more; for a deadline that has passed.
 */
export function newRetryRequest(base: Job, wanted: RetryWanted): AskedRetry {
  if (wanted.deadline !== undefined) comingMoment(wanted.deadline)
  const request = retryRequest(base, wanted)
  const { dataset, output } = request.spec
  const reason = whyNotApart(dataset, output)
  if (reason === undefined) return request
  throw new CliError(`retry: ${output.uri}: ${reason}`, {
    hint: '-o PLACE is where the merged result of the retry goes',
  })
}

/**
 * The request for a retry of a job: its spec, but for what was typed. The client token follows from both,
 * so the same command is the same retry, until that has ended and is retried itself.
 */
export function retryRequest(base: Job, wanted: RetryWanted): AskedRetry {
  const { deadline: _, ...spec } = base.spec
  const changed = check('retry', jobSpecSchema, {
    ...spec,
    endpoint: endpointOf(spec.endpoint, wanted),
    output: { ...spec.output, ...outputOf(wanted.out) },
    tolerance: toleranceOf(spec.tolerance, wanted),
    ...(wanted.deadline === undefined ? {} : { deadline: wanted.deadline }),
  })
  const reasons = wanted.reason && [...new Set(wanted.reason)].toSorted()
  // With another deadline it is the same retry.
  const { deadline: _by, ...lasting } = changed
  const facts = JSON.stringify([base.jobId, reasons, lasting])
  return {
    clientToken: `retry-${createHash('sha256').update(facts).digest('hex')}`,
    spec: changed,
    retryOf: { jobId: base.jobId, ...(reasons === undefined ? {} : { reasons }) },
  }
}

/** Variants and components belong to one endpoint, so another endpoint has none of that name. */
function endpointOf(
  { inferenceComponent: ofJob, variant, ...endpoint }: JobSpec['endpoint'],
  { endpoint: typed, localModel, inferenceComponent }: RetryWanted,
) {
  const name = localModel === undefined ? (typed ?? endpoint.name) : LOCAL_ENDPOINT
  const isSame = name === endpoint.name
  const component = inferenceComponent ?? (isSame ? ofJob : undefined)
  return {
    ...endpoint,
    name,
    ...(isSame && variant !== undefined ? { variant } : {}),
    ...(component === undefined ? {} : { inferenceComponent: component }),
  }
}

function outputOf(out: string | undefined) {
  if (out === undefined) return {}
  if (out === '-') throw new CliError('--out -: a retry writes a file; name one')
  return { ...resultByName(out), uri: uriOf(out) }
}
