import { describe, expect, test } from 'vitest'
import { referenceCuts, referenceRows } from './reference.ts'
import { cutReads, type ReadInto } from './read-ahead.ts'

const dialect = { delimiter: ',', quote: '"' }
const options = { dialect, rowsMax: 1_000, bytesMax: 50_000, header: false }
const object = Buffer.from('1,"two\n",3.25\n'.repeat(300_000))
const cutsOf = async (read: ReadInto, size = object.length, signal?: AbortSignal) => {
  const found = []
  for await (const cuts of cutReads({ ...options, size }, read, signal)) found.push(...cuts)
  return found
}

describe('cutReads', () => {
  test('when reads are short and end out of order, gives the same cuts', async () => {
    let turn = 0
    const read: ReadInto = async (into, position) => {
      turn += 1
      const length = Math.min(into.length, 100_000 + 7_919 * (turn % 13))
      for (let wait = turn % 5; wait > 0; wait -= 1) await Promise.resolve()
      return object.copy(into, 0, position, position + length)
    }
    const wanted = referenceCuts(referenceRows(object, dialect), 1_000, 50_000)
    expect(await cutsOf(read)).toEqual(wanted)
  })

  test('keeps several reads under way', async () => {
    let underWay = 0
    let most = 0
    await cutsOf(async (into, position) => {
      underWay += 1
      most = Math.max(most, underWay)
      await new Promise(setImmediate)
      underWay -= 1
      return object.copy(into, 0, position)
    })
    expect(most).toBe(4)
  })

  test('when the object ends early, throws where', async () => {
    const read: ReadInto = async (into, position) => object.copy(into, 0, position)
    await expect(cutsOf(read, object.length + 10)).rejects.toMatchObject({
      code: 'object_truncated',
      message: `read object: ended at byte ${object.length}, wanted 10 more`,
    })
  })

  test('when a read fails, waits for the others and throws', async () => {
    let underWay = 0
    const read: ReadInto = async (into, position) => {
      underWay += 1
      await new Promise(setImmediate)
      underWay -= 1
      if (position === 0) throw new Error('disk gone')
      return object.copy(into, 0, position)
    }
    await expect(cutsOf(read)).rejects.toThrow('disk gone')
    expect(underWay).toBe(0)
  })

  test('on abort, throws its reason and leaves no read under way', async () => {
    const control = new AbortController()
    let underWay = 0
    const read: ReadInto = async (into, position) => {
      underWay += 1
      await new Promise(setImmediate)
      if (position > 0) control.abort(new Error('stopped'))
      underWay -= 1
      return object.copy(into, 0, position, position + 10_000)
    }
    await expect(cutsOf(read, object.length, control.signal)).rejects.toThrow('stopped')
    expect(underWay).toBe(0)
  })

  test('on an empty object, reads nothing', async () => {
    expect(await cutsOf(() => Promise.reject(new Error('read')), 0)).toEqual([])
  })
})
