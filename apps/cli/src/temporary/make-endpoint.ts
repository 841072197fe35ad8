import { setTimeout as sleep } from 'node:timers/promises'
import type { EndpointSeen, SageMakerApi } from './sagemaker-api.ts'
import { configNameOf, type TemporaryEndpoint } from './temporary-endpoint.ts'

/** Why there is no endpoint, in the words of SageMaker. */
export class NotMade extends Error {
  override readonly name = 'NotMade'
  readonly hint: string

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause })
    this.hint = hint
  }
}

export interface Pace {
  /** Before the second look at the endpoint; it doubles up to `everyMs`. */
  readonly firstMs: number
  readonly everyMs: number
  /** For how long what passes by itself, a throttle or a lost connection, is waited for. */
  readonly patienceMs: number
}

/** What is refused at once shows soon; otherwise an endpoint takes some three minutes. */
export const PACE: Pace = { firstMs: 500, everyMs: 5_000, patienceMs: 5 * 60_000 }

/** What has become of an order, as far as whoever gave it knows. */
export interface Ordering {
  /** When it was given last, in milliseconds of `performance.now()`; nothing when there is none that may arrive. */
  askedAtMs: number | undefined
  /** The endpoint was there at a look, whoever has made it. */
  isSeen: boolean
}

/**
 * Makes an endpoint, and resolves when it is in service. One of this name that is there already, by a request whose
 * answer was lost or by a run that was killed, is taken when it is what is wanted, and made anew otherwise.
 *
 * @param ordering is kept up to date: after a rejection, too, it tells whether something may stand.
 * @returns whether it was asked for, or stood already.
 * @throws {NotMade} when SageMaker does not take the order, or nothing comes of it.
 */
export async function makeEndpoint(
  api: Pick<SageMakerApi, 'describe' | 'create' | 'remove' | 'removeConfig'>,
  endpoint: TemporaryEndpoint,
  ordering: Ordering,
  signal: AbortSignal,
  { firstMs, everyMs, patienceMs }: Pace = PACE,
): Promise<'made' | 'taken'> {
  let isAsked = false
  let failingSinceMs: number | undefined
  for (let pauseMs = firstMs; ; pauseMs = Math.min(2 * pauseMs, everyMs)) {
    try {
      const { seen } = await api.describe(endpoint, signal)
      ordering.isSeen = seen !== undefined
      const next = nextStep(seen, configNameOf(endpoint), isAsked)
      if (next === 'ready') return isAsked ? 'made' : 'taken'
      if (next === 'failed') throw failed(endpoint, seen)
      if (next === 'create') {
        isAsked = true
        await order(api, endpoint, ordering, signal)
      }
      if (next === 'remove') {
        await api.remove(endpoint, signal)
        if (seen?.config !== undefined) await api.removeConfig(seen.config, signal)
      }
      failingSinceMs = undefined
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof NotMade) throw error
      failingSinceMs ??= performance.now()
      const isOver = performance.now() - failingSinceMs >= patienceMs
      if (isOver || !passes(error as Error)) throw refused(endpoint, error as Error)
    }
    await sleep(pauseMs, undefined, { signal })
  }
}

/** An order that was refused does not arrive; of one whose answer is lost nobody knows. */
async function order(
  api: Pick<SageMakerApi, 'create'>,
  endpoint: TemporaryEndpoint,
  ordering: Ordering,
  signal: AbortSignal,
): Promise<void> {
  const { askedAtMs } = ordering
  ordering.askedAtMs = performance.now()
  try {
    await api.create(endpoint, signal)
  } catch (error) {
    if ((error as { $fault?: string }).$fault === 'client') ordering.askedAtMs = askedAtMs
    throw error
  }
}

/** What is to be done about an endpoint as it is. What stands there otherwise than wanted is of an earlier run. */
function nextStep(
  seen: EndpointSeen | undefined,
  config: string,
  isAsked: boolean,
): 'ready' | 'failed' | 'create' | 'remove' | 'wait' {
  if (seen === undefined) return 'create'
  const isOurs = seen.config === config
  if (seen.status === 'InService' && isOurs) return 'ready'
  if (seen.status === 'Failed' && isOurs && isAsked) return 'failed'
  return ENDED.has(seen.status) ? 'remove' : 'wait'
}

/** An endpoint of these is touched by nobody but us; all others are on the way to one of them, or away. */
const ENDED = new Set(['InService', 'Failed', 'OutOfService', 'UpdateRollbackFailed'])

/** What another call may not meet. An order that was just given may not be known everywhere yet. */
function passes(error: Error & { $fault?: string; $retryable?: object }): boolean {
  const { name, message, $fault, $retryable } = error
  if (name === 'ValidationException') {
    return isInProgress(error) || /could not find endpoint config/i.test(message)
  }
  return $fault !== 'client' || $retryable !== undefined || /Throttl/.test(name)
}

/** An endpoint that is being made, updated or deleted is left alone until that has ended. */
export const isInProgress = ({ name, message }: Error): boolean =>
  name === 'ValidationException' && /in-progress/i.test(message)

function failed({ name }: TemporaryEndpoint, seen: EndpointSeen | undefined): NotMade {
  const why = seen?.failure ?? 'SageMaker tells no reason'
  return new NotMade(
    `endpoint ${name}: could not be made: ${why}`,
    `its container's log is in CloudWatch, /aws/sagemaker/Endpoints/${name}`,
  )
}

function refused({ name, instances }: TemporaryEndpoint, error: Error): NotMade {
  return new NotMade(
    `endpoint ${name}: could not be made: ${error.message || error.name}`,
    hintOf(error, instances.type),
    error,
  )
}

function hintOf({ name, message }: Error, type: string): string {
  if (/AccessDenied/.test(name)) return POLICY
  if (name === 'ResourceLimitExceeded') {
    return `ask Service Quotas for more of "${type} for endpoint usage", or take others: --instance TYPE[:COUNT]`
  }
  if (/instance ?type/i.test(message)) return 'take others: --instance TYPE[:COUNT]'
  return 'mend what it says, and run the same command again'
}

/** What to allow stands in one place. */
export const POLICY = 'docs/temporary-endpoints.md has the policy that allows it'
