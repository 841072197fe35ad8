/**
 * Does work that is long, and tells with each tick that it is still at it. A telling that fails is left: the next one
 * comes, and the work is not to end for it.
 *
 * @param ticks until its signal aborts.
 */
export async function whileTelling<T>(
  {
    ticks,
    tell,
  }: {
    readonly ticks: (signal: AbortSignal) => AsyncIterable<unknown>
    readonly tell: (signal: AbortSignal) => Promise<void>
  },
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const telling = tellUntil(AbortSignal.any([signal, over.signal]))
  try {
    return await work()
  } finally {
    over.abort()
    await telling
  }

  async function tellUntil(stop: AbortSignal): Promise<void> {
    try {
      for await (const _ of ticks(stop)) await tell(stop).catch(() => {})
    } catch (error) {
      if (!stop.aborted) throw error
    }
  }
}
