import assert from 'node:assert/strict'
import { isConflict } from './occupant.ts'
import type { Writer } from './writer.ts'

/**
 * Holds a writer to its states, so that a result with a hole can never become visible:
 *
 *     open ──commit──▶ committed
 *      │ └──write or commit failed──▶ failed ─┐
 *      └────────────────abort─────────────────┴──▶ aborted
 *
 * A commit that was refused as a conflict has changed nothing: the writer stays open.
 * A call while another runs, or after the end, is a mistake of the caller and throws an assertion.
 * Only `abort` may come at any time: it waits for the call that runs, so that nothing is left behind.
 */
export function guardWriter(writer: Writer): Writer {
  let state: 'open' | 'failed' | 'committed' | 'aborted' = 'open'
  let running: Promise<unknown> | undefined
  const run = async <T>(verb: string, call: () => Promise<T>): Promise<T> => {
    const isOpen = state === 'open' && running === undefined
    assert(isOpen, `${verb}: the writer is ${running ? 'busy' : state}`)
    const result = call()
    running = result
    try {
      return await result
    } catch (error) {
      if (!isConflict(error)) state = 'failed'
      throw error
    } finally {
      running = undefined
    }
  }
  return {
    write: async (bytes) => run('write', async () => writer.write(bytes)),
    async commit(options) {
      const total = await run('commit', async () => writer.commit(options))
      state = 'committed'
      return total
    },
    async abort() {
      await running?.catch(() => {}) // It has its own caller, who is told.
      if (state === 'committed' || state === 'aborted') return
      await writer.abort()
      state = 'aborted'
    },
  }
}
