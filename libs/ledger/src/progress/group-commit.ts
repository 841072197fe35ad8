/**
 * Writes what belongs together at once: while a group of a key is being written, what is added
 * under the same key waits, and goes together in the next write.
 */
export interface GroupCommit<Entry, Result> {
  /** Resolves with the result of the write that the entry went with. On abort rejects at once with the signal's reason. */
  add(key: string, entry: Entry, signal: AbortSignal): Promise<Result>
}

/** A group has at least one entry. */
export type WriteGroup<Entry, Result> = (
  entries: readonly [Entry, ...Entry[]],
  signal: AbortSignal,
) => Promise<Result>

interface Waiting<Entry, Result> {
  readonly entry: Entry
  readonly signal: AbortSignal
  readonly resolve: (result: Result) => void
  readonly reject: (reason: unknown) => void
}

/**
 * `write` gets one signal for its group, which aborts when nobody waits for it any more: one caller
 * that gives up does not fail the others, and the last one does not leave the work running.
 */
export function createGroupCommit<Entry, Result>(
  write: WriteGroup<Entry, Result>,
): GroupCommit<Entry, Result> {
  /** A key is here while a group of it is being written; the list is what waits for the next. */
  const waiting = new Map<string, Waiting<Entry, Result>[]>()

  async function drain(key: string, first: Waiting<Entry, Result>): Promise<void> {
    let group: readonly Waiting<Entry, Result>[] = [first]
    while (group.length > 0) {
      await writeGroup(write, group)
      group = waiting.get(key) ?? []
      waiting.set(key, [])
    }
    waiting.delete(key)
  }

  return {
    async add(key, entry, signal) {
      signal.throwIfAborted()
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      const giveUp = () => reject(signal.reason)
      signal.addEventListener('abort', giveUp, { once: true })
      const one: Waiting<Entry, Result> = { entry, signal, resolve, reject }
      const next = waiting.get(key)
      if (next !== undefined) next.push(one)
      else {
        waiting.set(key, [])
        // Settles every entry itself and never rejects.
        void drain(key, one)
      }
      try {
        return await promise
      } finally {
        signal.removeEventListener('abort', giveUp)
      }
    },
  }
}

async function writeGroup<Entry, Result>(
  write: WriteGroup<Entry, Result>,
  group: readonly Waiting<Entry, Result>[],
): Promise<void> {
  const live = group.filter((one) => !one.signal.aborted)
  const [first, ...rest] = live
  if (first === undefined) return
  const abandoned = new AbortController()
  const giveUp = () => {
    if (live.every(({ signal }) => signal.aborted)) abandoned.abort(first.signal.reason)
  }
  for (const { signal } of live) signal.addEventListener('abort', giveUp)
  try {
    const result = await write([first.entry, ...rest.map(({ entry }) => entry)], abandoned.signal)
    for (const one of live) one.resolve(result)
  } catch (error) {
    for (const one of live) one.reject(error)
  } finally {
    for (const { signal } of live) signal.removeEventListener('abort', giveUp)
  }
}
