import { setTimeout as sleep } from 'node:timers/promises'
import { isInProgress, type Ordering } from './make-endpoint.ts'
import type { SageMakerApi } from './sagemaker-api.ts'
import { configNameOf, type TemporaryEndpoint } from './temporary-endpoint.ts'

/** Why an endpoint still stands; `in_progress`: SageMaker deletes none that is being made. */
export interface NotYet {
  readonly why: 'in_progress' | 'failed'
  readonly message: string
}

export interface Removing {
  readonly ordering: Ordering
  /** The account in which it was made, where that is known: in another one it is not there, and not gone. */
  readonly account: string | undefined
  /** False when somebody else keeps the endpoint now: it is no longer ours to delete. */
  readonly isOurs: () => Promise<boolean>
  /** Told of each attempt that was in vain. */
  readonly onNotYet: (notYet: NotYet) => void
}

/** What has become of it: `left` to the next command in the folder. */
export type Removed = 'deleted' | 'never_made' | 'not_ours' | 'left'

export interface RemovingPace {
  /** Before the second attempt; it doubles up to `waitMsMax`. */
  readonly waitMs: number
  readonly waitMsMax: number
  /** In all: a network or a sign-in that is away for longer is left to the next command. */
  readonly giveUpMs: number
  /** The same, of what is being made: it was seen to take an hour to fail, and a day. */
  readonly progressMs: number
  /** How long an order may be on its way: an endpoint that is not there so soon after it may still come. */
  readonly orderMs: number
}

export const REMOVING_PACE: RemovingPace = {
  waitMs: 1_000,
  waitMsMax: 30_000,
  giveUpMs: 60 * 60_000,
  progressMs: 26 * 60 * 60_000,
  orderMs: 30_000,
}

/** Deletes an endpoint with its configuration, however often that fails. */
export async function removeEndpoint(
  api: Pick<SageMakerApi, 'describe' | 'remove' | 'removeConfig'>,
  endpoint: TemporaryEndpoint,
  { ordering, account, isOurs, onNotYet }: Removing,
  pace: RemovingPace = REMOVING_PACE,
): Promise<Removed> {
  const beganMs = performance.now()
  const mayCome = (): boolean =>
    ordering.askedAtMs !== undefined && performance.now() - ordering.askedAtMs < pace.orderMs
  const mayBeThere = ordering.isSeen || ordering.askedAtMs !== undefined
  for (let pause = pace.waitMs; ; pause = Math.min(2 * pause, pace.waitMsMax)) {
    if (!(await isOurs())) return 'not_ours'
    try {
      const { seen, account: asked } = await api.remove(endpoint, AbortSignal.timeout(60_000))
      if (seen === undefined && account !== undefined && (asked ?? account) !== account) {
        const message = `it was made in account ${account}, and the credentials are of ${asked}`
        onNotYet({ why: 'failed', message })
        return 'left'
      }
      if (seen !== undefined || !mayCome()) {
        await removeConfig(api, endpoint, pace)
        return seen === undefined && !mayBeThere ? 'never_made' : 'deleted'
      }
    } catch (error) {
      const { message } = error as Error
      // Who was never let order anything has nothing to delete, and mostly no leave to.
      if (!mayBeThere && (error as { $fault?: string }).$fault === 'client') return 'never_made'
      const isMade = isInProgress(error as Error)
      // The answer to an earlier attempt may have been lost.
      if (isMade && (await isBeingDeleted(api, endpoint))) {
        await removeConfig(api, endpoint, pace)
        return 'deleted'
      }
      onNotYet({ why: isMade ? 'in_progress' : 'failed', message })
      const bound = isMade ? pace.progressMs : pace.giveUpMs
      if (performance.now() - beganMs + pause > bound) return 'left'
    }
    await sleep(pause)
  }
}

async function isBeingDeleted(
  api: Pick<SageMakerApi, 'describe'>,
  endpoint: TemporaryEndpoint,
): Promise<boolean> {
  const looking = api.describe(endpoint, AbortSignal.timeout(20_000))
  return await looking.then(
    ({ seen }) => seen === undefined || seen.status === 'Deleting',
    () => false,
  )
}

const CONFIG_ATTEMPTS = 4

/** It costs nothing, so that one that stays is no reason to say that the endpoint has. */
async function removeConfig(
  api: Pick<SageMakerApi, 'removeConfig'>,
  endpoint: TemporaryEndpoint,
  { waitMs }: RemovingPace,
): Promise<void> {
  for (let attempt = 0; attempt < CONFIG_ATTEMPTS; attempt += 1) {
    try {
      await api.removeConfig(configNameOf(endpoint), AbortSignal.timeout(20_000))
      return
    } catch {
      await sleep((waitMs / 4) * 2 ** attempt)
    }
  }
}
