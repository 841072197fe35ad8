import { setInterval as ticks } from 'node:timers/promises'

/** The lease ran out, or another aggregator took over: what was being written must not be finished. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
  readonly code = 'lease_lost'
  readonly retryable = true
}

/**
 * Runs `work` while the lease is renewed every `everyMs`. Its signal aborts when a renewal is
 * refused, or when none has succeeded for `lostAfterMs` (the ledger may be out of reach, and by then
 * somebody else may hold the lease).
 */
export async function keepLease<T>(
  renew: (signal: AbortSignal) => Promise<boolean>,
  timing: { everyMs: number; lostAfterMs: number; now: () => number },
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController()
  const over = new AbortController()
  const held = AbortSignal.any([signal, lost.signal])
  const renewing = renewUntil(AbortSignal.any([signal, over.signal]))
  try {
    return await work(held)
  } finally {
    over.abort()
    await renewing
  }

  async function renewUntil(stop: AbortSignal): Promise<void> {
    let renewedAt = timing.now()
    try {
      for await (const _ of ticks(timing.everyMs, undefined, { signal: stop })) {
        // The ledger counts from when it was asked, and one that never answers must not hide the loss.
        const askedAt = timing.now()
        const asking = AbortSignal.any([stop, AbortSignal.timeout(timing.everyMs)])
        const renewed = await renew(asking).catch(() => undefined)
        if (renewed === true) renewedAt = askedAt
        const expired = timing.now() - renewedAt >= timing.lostAfterMs
        if (renewed === false || expired) {
          lost.abort(new LeaseLostError('aggregate: the lease on the job was lost'))
          return
        }
      }
    } catch (error) {
      if (!stop.aborted) throw error
    }
  }
}
