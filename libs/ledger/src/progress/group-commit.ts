/**
 * Writes what belongs together at once: while a group of a key is being written, what is added
 * under the same key waits, and goes together in the next write.
 */
export interface GroupCommit<Entry, Result> {
  /** Resolves with the result of the write that the entry went with. */
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
    add(key, entry, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      const one: Waiting<Entry, Result> = { entry, signal, resolve, reject }
      const next = waiting.get(key)
      if (next !== undefined) {
        next.push(one)
        return promise
      }
      waiting.set(key, [])
      // Settles every entry itself and never rejects.
      void drain(key, one)
      return promise
    },
  }
}

async function writeGroup<Entry, Result>(
  write: WriteGroup<Entry, Result>,
  group: readonly Waiting<Entry, Result>[],
): Promise<void> {
  const live = group.filter((one) => !one.signal.aborted)
  for (const one of group) if (one.signal.aborted) one.reject(one.signal.reason)
  const [first, ...rest] = live
  if (first === undefined) return
  const abandoned = new AbortController()
  const giveUps = live.map((one) => () => {
    one.reject(one.signal.reason)
    if (live.every(({ signal }) => signal.aborted)) abandoned.abort(one.signal.reason)
  })
  live.forEach((one, index) => one.signal.addEventListener('abort', giveUps[index] ?? (() => {})))
  try {
    const result = await write([first.entry, ...rest.map(({ entry }) => entry)], abandoned.signal)
    for (const one of live) one.resolve(result)
  } catch (error) {
    for (const one of live) one.reject(error)
  } finally {
    live.forEach((one, index) =>
      one.signal.removeEventListener('abort', giveUps[index] ?? (() => {})),
    )
  }
}
