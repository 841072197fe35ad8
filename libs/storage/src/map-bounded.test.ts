import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { mapBounded } from './map-bounded.ts'

const items = Array.from({ length: 50 }, (_, index) => index)

describe('a bounded map', () => {
  test('keeps the order and the bound', async () => {
    let running = 0
    let runningMax = 0
    const results = await mapBounded(7, items, async (item) => {
      running += 1
      runningMax = Math.max(runningMax, running)
      for (let turn = item % 5; turn > 0; turn -= 1) await setImmediate()
      running -= 1
      return item * 2
    })
    expect(results).toEqual(items.map((item) => item * 2))
    expect(runningMax).toBe(7)
  })

  test('on a failure, begins no more and throws when the others have ended', async () => {
    let running = 0
    const begun: number[] = []
    const mapping = mapBounded(3, items, async (item) => {
      begun.push(item)
      running += 1
      const turns = item === 4 ? 0 : 5
      for (let turn = 0; turn < turns; turn += 1) await setImmediate()
      running -= 1
      if (item === 4) throw new Error('broken at 4')
    })
    await expect(mapping).rejects.toThrow('broken at 4')
    expect(running).toBe(0)
    expect(begun.length).toBeLessThanOrEqual(7)
  })

  test('of nothing is nothing', async () => {
    expect(await mapBounded(3, [], async () => 1)).toEqual([])
  })
})
