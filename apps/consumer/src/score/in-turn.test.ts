import { expect, test } from 'vitest'
import { createInTurn } from './in-turn.ts'
import { never } from '../test-data.fixture.ts'

test('one waits until the one before has ended, or failed', async () => {
  const inTurn = createInTurn()
  const log: string[] = []
  const gates = [1, 2, 3].map(() => Promise.withResolvers<void>())
  const works = gates.map(({ promise }, index) =>
    inTurn(async () => {
      log.push(`begin ${index}`)
      await promise
      log.push(`end ${index}`)
      return index
    }, never),
  )
  const settled = Promise.allSettled(works)
  gates[1]?.reject(new Error('cut'))
  gates[2]?.resolve()
  gates[0]?.resolve()
  expect((await settled).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  expect(log).toEqual(['begin 0', 'end 0', 'begin 1', 'begin 2', 'end 2'])
})

test('on abort, what has not begun does not begin, and is not waited for', async () => {
  const inTurn = createInTurn()
  const gate = Promise.withResolvers<void>()
  const stop = new AbortController()
  const first = inTurn(() => gate.promise, never)
  const second = inTurn(() => Promise.reject(new Error('begun')), stop.signal)
  const third = inTurn(async () => 'third', never)
  stop.abort(new Error('stopped'))
  await expect(second).rejects.toThrow('stopped')
  gate.resolve()
  await first
  expect(await third).toBe('third')
})

test('aborted as its turn comes, what has not begun gives it to the next', async () => {
  const inTurn = createInTurn()
  const gate = Promise.withResolvers<void>()
  const stop = new AbortController()
  const first = inTurn(() => gate.promise, never)
  const second = inTurn(() => Promise.reject(new Error('begun')), stop.signal)
  const third = inTurn(async () => 'third', never)
  void first.then(() => stop.abort(new Error('stopped')))
  gate.resolve()
  await expect(second).rejects.toThrow('stopped')
  expect(await third).toBe('third')
})
