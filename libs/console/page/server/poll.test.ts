import { expect, test } from 'vitest'
import type { Answer } from './answer.ts'
import { createBell } from './bell.ts'
import { poll, type Polled } from './poll.ts'

const told = (value: number): Answer<number> => ({ kind: 'told', told: value })
const refused: Answer<number> = { kind: 'refused', refusal: { error: 'busy' } }
const away: Answer<number> = { kind: 'away' }

/** Polls what is answered until it ends; gives back what was shown and how long each wait was. */
async function polled(answers: readonly Answer<number>[], changed: Partial<Polled<number>> = {}) {
  const left = [...answers]
  const shown: Answer<number>[] = []
  const waits: number[] = []
  await poll<number>(
    {
      look: async () => left.shift() ?? told(0),
      show: (answer) => void shown.push(answer),
      isLast: (value) => value === 0,
      everyMs: 2_000,
      bell: { ring: () => {}, wait: async (ms) => void waits.push(ms) },
      seen: async () => {},
      ...changed,
    },
    AbortSignal.timeout(10_000),
  )
  return { shown, waits }
}

test('looks at a steady pace until nothing changes any more', async () => {
  const { shown, waits } = await polled([told(2), told(1), told(0), told(9)])
  expect(shown).toEqual([told(2), told(1), told(0)])
  expect(waits).toEqual([2_000, 2_000])
})

test('while nobody answers, waits longer each time, and then as ever', async () => {
  const { waits } = await polled([away, away, refused, away, told(1), told(1)])
  expect(waits).toEqual([4_000, 8_000, 10_000, 10_000, 2_000, 2_000])
})

test('when it is locked out, asks no more', async () => {
  const { shown, waits } = await polled([{ kind: 'locked' }, told(1)])
  expect([shown, waits]).toEqual([[{ kind: 'locked' }], []])
})

test('shows nothing that comes after it was called off', async () => {
  const stop = new AbortController()
  const shown: unknown[] = []
  const one: Polled<number> = {
    look: async () => {
      stop.abort()
      return told(1)
    },
    show: (answer) => void shown.push(answer),
    isLast: () => false,
    everyMs: 2_000,
    bell: createBell(),
    seen: async () => {},
  }
  await poll(one, stop.signal)
  expect(shown).toEqual([])
})

test('asks for nothing before it is seen', async () => {
  const order: string[] = []
  await polled([told(0)], {
    seen: async () => void order.push('seen'),
    show: () => void order.push('shown'),
  })
  expect(order).toEqual(['seen', 'shown'])
})

test('a ring ends a wait, also one that has not begun', async () => {
  const startedAt = performance.now()
  const bell = createBell()
  const waiting = bell.wait(60_000, AbortSignal.timeout(10_000))
  bell.ring()
  await waiting
  bell.ring()
  await bell.wait(60_000, AbortSignal.timeout(10_000))
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})

test('a wait ends with its signal, and without it in time', async () => {
  const startedAt = performance.now()
  const bell = createBell()
  await bell.wait(60_000, AbortSignal.abort())
  const stop = new AbortController()
  const waiting = bell.wait(60_000, stop.signal)
  stop.abort()
  await waiting
  await bell.wait(1, new AbortController().signal)
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})
