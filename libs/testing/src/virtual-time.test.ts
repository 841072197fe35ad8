import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createRandom } from './random.ts'
import { createVirtualTime, type Machine } from './virtual-time.ts'

const START_MS = Date.UTC(2026, 10, 24, 13, 0, 0)
const machine = (skewMs = 0): Machine => ({ name: 'm', skewMs, frozenUntilMs: 0, dead: false })

/** What each clock of the process shows on a machine after a while, and nothing of the real time. */
async function clocksAfter(ms: number, skewMs: number): Promise<Record<string, number>> {
  const time = createVirtualTime(createRandom(1))
  let seen: Record<string, number> = {}
  time.on(machine(skewMs), () => {
    void sleep(ms).then(() => {
      const [date, monotonic] = [Date.now(), performance.now()]
      seen = { date, monotonic, origin: performance.timeOrigin + monotonic }
    })
  })
  await time.run(() => false)
  return seen
}

test('on a machine, every clock shows its time', async () => {
  const atMs = START_MS + 5_000 + 300
  const wanted = { date: atMs, monotonic: 5_000, origin: atMs }
  expect(await clocksAfter(5_000, 300)).toEqual(wanted)
})

test('beside a machine, the clocks are the real ones', () => {
  createVirtualTime(createRandom(1))
  expect(Math.abs(performance.timeOrigin + performance.now() - Date.now())).toBeLessThan(60_000)
})

test('before each event, every promise has gone on, however many events a turn has', async () => {
  const time = createVirtualTime(createRandom(1))
  const seen: number[] = []
  for (let index = 0; index < 200; index += 1) {
    time.after(index, () => {
      seen.push(2 * index)
      void (async () => {
        for (let hop = 0; hop < 20; hop += 1) await Promise.resolve()
        await new Promise<void>((resolve) => process.nextTick(resolve))
        seen.push(2 * index + 1)
      })()
    })
  }
  await time.run(() => false)
  expect(seen).toEqual(Array.from({ length: 400 }, (_, index) => index))
})

test('where an event throws, the run rejects and takes no more', async () => {
  const time = createVirtualTime(createRandom(1))
  let later = false
  time.after(1, () => {
    throw new RangeError('wanted less')
  })
  time.after(2, () => (later = true))
  await expect(time.run(() => false)).rejects.toThrow('wanted less')
  expect(later).toBe(false)
})
