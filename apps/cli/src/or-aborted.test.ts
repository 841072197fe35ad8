import { expect, test } from 'vitest'
import { orAborted } from './or-aborted.ts'

const never = new Promise<never>(() => {})

test('work that ends first is what comes of it', async () => {
  const { signal } = new AbortController()
  expect(await orAborted(Promise.resolve(4), signal)).toBe(4)
  await expect(orAborted(Promise.reject(new Error('refused')), signal)).rejects.toThrow('refused')
})

test('work that never ends is waited for until the signal only', async () => {
  const stop = new AbortController()
  const waiting = orAborted(never, stop.signal)
  stop.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
  await expect(orAborted(never, stop.signal)).rejects.toThrow('stopped')
})
