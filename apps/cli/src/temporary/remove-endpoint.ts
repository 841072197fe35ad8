import { setTimeout as sleep } from 'node:timers/promises'
import type { SageMakerApi } from './sagemaker-api.ts'
import type { TemporaryEndpoint } from './temporary-endpoint.ts'

export interface Removing {
  /** False when somebody else keeps the endpoint now: it is no longer ours to delete. */
  readonly isOurs: () => Promise<boolean>
  /** Told of each attempt that was in vain. */
  readonly onFailure: (error: Error) => void
  /** When its creation was asked for last, in milliseconds of `performance.now()`. */
  readonly askedAtMs: number | undefined
}

export interface RemovingPace {
  /** Before the second attempt; it doubles up to a minute. */
  readonly waitMs: number
  /** In all: a network or a sign-in that is away for longer is left to the next command. */
  readonly giveUpMs: number
  /** How long an order may be on its way: an endpoint that is not there so soon after it may still come. */
  readonly orderMs: number
}

export const REMOVING_PACE: RemovingPace = {
  waitMs: 1_000,
  giveUpMs: 60 * 60_000,
  orderMs: 30_000,
}

/** Deletes an endpoint with its configuration, however often that fails. @returns whether it is gone, or somebody else's. */
export async function removeEndpoint(
  api: Pick<SageMakerApi, 'remove'>,
  endpoint: TemporaryEndpoint,
  { isOurs, onFailure, askedAtMs }: Removing,
  { waitMs, giveUpMs, orderMs }: RemovingPace = REMOVING_PACE,
): Promise<boolean> {
  const beganMs = performance.now()
  const isExpected = (): boolean =>
    askedAtMs !== undefined && performance.now() - askedAtMs < orderMs
  for (let pause = waitMs; ; pause = Math.min(2 * pause, 60_000)) {
    if (!(await isOurs())) return true
    try {
      const wasThere = await api.remove(endpoint, AbortSignal.timeout(60_000))
      if (wasThere || !isExpected()) return true
    } catch (error) {
      onFailure(error as Error)
      if (performance.now() - beganMs + pause > giveUpMs) return false
    }
    await sleep(pause)
  }
}
