import type { Handler } from './handler.ts'

/*
 * To score takes ten times the code that receiving takes. So the first poll leaves before the rest is
 * loaded, and the rest is loaded while that poll waits at the queue, or at the latest when it has ended:
 *
 *     poll 1 ──┬──▶ a moment later ───┐
 *              ├──▶ messages ─ handle ┼──▶ open, once ──▶ handle, ready, poll 2 …
 *              └──▶ nothing ── ready ─┘
 */

export interface HandlerWhenWanted extends Handler, AsyncDisposable {
  /** Rejects when the handler cannot be opened: no message can be handled by this process then. */
  readonly failed: Promise<never>
}

/** Within this the first poll has left. */
const LEFT_MS = 100

/** A handler that is opened a moment after the first poll, or as soon as that has ended. */
export function handlerWhenWanted(
  open: () => Promise<Handler & AsyncDisposable>,
): HandlerWhenWanted {
  const { promise: failed, reject } = Promise.withResolvers<never>()
  let opening: Promise<Handler & AsyncDisposable> | undefined
  let soon: NodeJS.Timeout | undefined
  const opened = () => {
    if (opening === undefined) {
      opening = open()
      opening.catch(reject)
    }
    return opening
  }
  return {
    failed,
    handle: async (message, signal) => (await opened()).handle(message, signal),
    async ready(signal) {
      if (soon !== undefined) return (await opened()).ready(signal)
      soon = setTimeout(() => void opened(), LEFT_MS)
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(soon)
      const handler = await opening?.catch(() => undefined)
      await handler?.[Symbol.asyncDispose]()
    },
  }
}
