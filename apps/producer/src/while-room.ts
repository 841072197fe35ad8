export interface Deps {
  /** Messages in the queue, those under way included. */
  waiting(signal: AbortSignal): Promise<number>
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<unknown>
}

const LOOK_MS = 1_000

/**
 * Passes items on as long as fewer than `waitingMax` messages wait in the queue that they go to. An embedded
 * queue keeps them in the memory of its process, which a dataset of millions of batches would fill;
 * SQS takes any number. Looks once for as many items as there is room for.
 */
export async function* whileRoom<Item>(
  deps: Deps,
  items: AsyncIterable<Item>,
  waitingMax: number,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  let room = 0
  for await (const item of items) {
    if (room === 0) room = await nextRoom(deps, waitingMax, signal)
    room -= 1
    yield item
  }
}

/** Some twentieth of all at least, so that a full queue is not asked for each message. */
async function nextRoom(deps: Deps, waitingMax: number, signal: AbortSignal): Promise<number> {
  for (;;) {
    const room = waitingMax - (await deps.waiting(signal))
    if (room >= Math.ceil(waitingMax / 20)) return room
    await deps.sleep(LOOK_MS, signal)
  }
}
