import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { never } from '../test-data.fixture.ts'
import { createSpoolRoom, type Places } from './spool-room.ts'

/** Work that is begun and ended by hand, and the names of what is under way. */
function createWork() {
  const underWay = new Map<string, PromiseWithResolvers<void>>()
  return {
    begin(places: Places, name: string, signal = never): Promise<void> {
      return places(async () => {
        const ending = Promise.withResolvers<void>()
        underWay.set(name, ending)
        await ending.promise
        underWay.delete(name)
      }, signal)
    },
    async end(name: string): Promise<string> {
      underWay.get(name)?.resolve()
      return await this.names()
    },
    async names(): Promise<string> {
      await nextTurn()
      return [...underWay.keys()].join(' ')
    },
  }
}

test('each job has a place of its own, and whoever comes first the others', async () => {
  const room = createSpoolRoom(2)
  const [a, b] = [room.forJob(), room.forJob()]
  const work = createWork()
  for (const name of ['a1', 'a2', 'a3', 'a4']) void work.begin(a, name)
  expect(await work.names()).toBe('a1 a2 a3')
  for (const name of ['b1', 'b2', 'b3']) void work.begin(b, name)
  expect(await work.names()).toBe('a1 a2 a3 b1')
  // The place of its own goes to the same job, and others in the order in which they were asked for.
  expect(await work.end('b1')).toBe('a1 a2 a3 b2')
  expect(await work.end('a2')).toBe('a1 a3 b2 a4')
  expect(await work.end('a3')).toBe('a1 b2 a4 b3')
  for (const name of ['a1', 'a4', 'b2']) await work.end(name)
  expect(await work.end('b3')).toBe('')
  for (const name of ['a5', 'a6', 'a7', 'a8']) void work.begin(a, name)
  expect(await work.names()).toBe('a5 a6 a7')
})

test('who fails gives the place back, and who is aborted leaves the line', async () => {
  const places = createSpoolRoom(0).forJob()
  const work = createWork()
  void work.begin(places, 'first')
  const stop = new AbortController()
  const aborted = work.begin(places, 'aborted', stop.signal)
  const failing = Promise.allSettled([places(async () => Promise.reject(new Error('full')), never)])
  void work.begin(places, 'last')
  stop.abort(new Error('stopped'))
  await expect(aborted).rejects.toThrow('stopped')
  expect(await work.names()).toBe('first')
  await work.end('first')
  expect(await failing).toMatchObject([{ reason: { message: 'full' } }])
  expect(await work.names()).toBe('last')
  await expect(work.begin(places, 'late', AbortSignal.abort(new Error('gone')))).rejects.toThrow(
    'gone',
  )
})
