import type { Handler } from './handler.ts'

/*
 * To score takes ten times the code that receiving takes. So the first poll leaves before the rest is
 * loaded, and the rest is loaded when that poll has ended:
 *
 *     poll 1 ──▶ messages ──▶ handle ──┐
 *       └──────▶ nothing ──▶ ready ────┴──▶ open, once ──▶ handle, ready, poll 2 …
 */

export interface HandlerWhenWanted extends Handler, AsyncDisposable {
  /** Rejects when the handler cannot be opened: no message can be handled by this process then. */
  readonly failed: Promise<never>
}

/** A handler that is opened with the first message, or when the first poll has brought none. */
export function handlerWhenWanted(
  open: () => Promise<Handler & AsyncDisposable>,
): HandlerWhenWanted {
  const { promise: failed, reject } = Promise.withResolvers<never>()
  let opening: Promise<Handler & AsyncDisposable> | undefined
  let polled = false
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
      if (polled) return (await opened()).ready(signal)
      polled = true
    },
    async [Symbol.asyncDispose]() {
      const handler = await opening?.catch(() => undefined)
      await handler?.[Symbol.asyncDispose]()
    },
  }
}
