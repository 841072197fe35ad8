import type { EntryOutcome } from './settle-entries.ts'

export interface Batcher<E> {
  /** Resolves to what became of the entry; rejects only when `settle` does. */
  add(entry: E): Promise<EntryOutcome>
  /** Sends what is waiting and resolves when every call in flight has ended. */
  flush(): Promise<void>
}

interface Waiting<E> {
  readonly entry: E
  readonly outcome: PromiseWithResolvers<EntryOutcome>
}

/**
 * Gathers single entries into calls of `entriesMax`. An entry waits at most `idleMs` for company. How
 * many entries there can be at once is bounded by the caller, who awaits each.
 */
export function createBatcher<E>(options: {
  readonly entriesMax: number
  readonly idleMs: number
  settle(entries: readonly E[]): Promise<readonly EntryOutcome[]>
}): Batcher<E> {
  const { entriesMax, idleMs } = options
  const calls = new Set<Promise<void>>()
  let waiting: Waiting<E>[] = []
  let timer: NodeJS.Timeout | undefined

  const send = () => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const call = settleAll(waiting, (entries) => options.settle(entries))
    waiting = []
    calls.add(call)
    void call.finally(() => calls.delete(call))
  }
  return {
    add(entry) {
      const outcome = Promise.withResolvers<EntryOutcome>()
      waiting.push({ entry, outcome })
      if (waiting.length >= entriesMax) send()
      else timer ??= setTimeout(send, idleMs)
      return outcome.promise
    },
    async flush() {
      send()
      await Promise.all(calls)
    },
  }
}

/** Never rejects: a failing call rejects its entries. */
async function settleAll<E>(
  waiting: readonly Waiting<E>[],
  settle: (entries: readonly E[]) => Promise<readonly EntryOutcome[]>,
): Promise<void> {
  try {
    const outcomes = await settle(waiting.map(({ entry }) => entry))
    waiting.forEach(({ outcome }, index) => outcome.resolve(outcomes[index]))
  } catch (error) {
    for (const { outcome } of waiting) outcome.reject(error)
  }
}
