import type { Received } from '@millrace/queue'
import { describe, expect, test, vi } from 'vitest'
import { handlerWhenWanted } from './handler-when-wanted.ts'

const signal = new AbortController().signal
const message = { messageId: 'm-1' } as Received

/** What can be opened, with what was called of it in order. */
function openable() {
  const calls: string[] = []
  const note = async (call: string) => void calls.push(call)
  const open = async () => {
    calls.push('open')
    return {
      handle: async ({ messageId }: Received) => {
        calls.push(messageId)
        return { kind: 'acknowledge' } as const
      },
      ready: () => note('ready'),
      [Symbol.asyncDispose]: () => note('close'),
    }
  }
  return { calls, handler: handlerWhenWanted(open) }
}

describe('a handler when it is wanted', () => {
  test('is not waited for by the first poll', async () => {
    const { calls, handler } = openable()
    await handler.ready(signal)
    expect(calls).toEqual([])
  })

  test('is opened while the first poll waits at the queue', async () => {
    vi.useFakeTimers()
    const { calls, handler } = openable()
    await handler.ready(signal)
    await vi.advanceTimersByTimeAsync(200)
    vi.useRealTimers()
    expect(calls).toEqual(['open'])
  })

  test('is opened before the second poll, whose gate it is', async () => {
    const { calls, handler } = openable()
    await handler.ready(signal)
    await handler.ready(signal)
    expect(calls).toEqual(['open', 'ready'])
  })

  test('is opened once for messages that come together', async () => {
    const { calls, handler } = openable()
    const handled = [handler.handle(message, signal), handler.handle(message, signal)]
    expect(await Promise.all(handled)).toEqual([{ kind: 'acknowledge' }, { kind: 'acknowledge' }])
    expect(calls).toEqual(['open', 'm-1', 'm-1'])
  })

  test('closes what was opened', async () => {
    const { calls, handler } = openable()
    await handler.handle(message, signal)
    await handler[Symbol.asyncDispose]()
    expect(calls).toEqual(['open', 'm-1', 'close'])
  })

  test('opens nothing in order to close it', async () => {
    const { calls, handler } = openable()
    await handler.ready(signal)
    await handler[Symbol.asyncDispose]()
    expect(calls).toEqual([])
  })

  test('that cannot be opened tells so and closes all the same', async () => {
    const handler = handlerWhenWanted(() => Promise.reject(new Error('no such file')))
    await expect(handler.handle(message, signal)).rejects.toThrow('no such file')
    await expect(handler.failed).rejects.toThrow('no such file')
    await handler[Symbol.asyncDispose]()
  })
})
