import { vi } from 'vitest'
import type { WorkerQueues } from '../calls/message-calls.ts'
import type { Disposition, Received } from '../calls/received.ts'
import { createWorker } from './worker.ts'
import type { WorkerOptions } from './worker-options.ts'

/** A worker at work, until the test ends it. */
export function runWorker(
  queue: WorkerQueues,
  handle: WorkerOptions['handle'],
  options: Partial<WorkerOptions> = {},
) {
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const worker = createWorker({
    queue,
    concurrency: 4,
    visibilityTimeoutSeconds: 30,
    receiveWaitSeconds: 1,
    logger,
    handle,
    ...options,
  })
  const [drain, abort] = [new AbortController(), new AbortController()]
  const done = worker.run({ drain: drain.signal, abort: abort.signal })
  const stop = async () => {
    drain.abort()
    await done
  }
  return { worker, logger, drain, abort, done, stop }
}

/** A handler that notes what it is given, and the moment of its `calls`th call. */
export function noting(
  calls: number,
  decide: (message: Received, signal: AbortSignal) => Disposition | Promise<Disposition>,
) {
  const seen: Received[] = []
  const enough = Promise.withResolvers<void>()
  const handle = async (message: Received, signal: AbortSignal) => {
    seen.push({ ...message })
    if (seen.length >= calls) enough.resolve()
    return decide(message, signal)
  }
  return { handle, seen, enough: enough.promise }
}
