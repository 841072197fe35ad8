import { expect, test } from 'vitest'
import { createRandom, type Random } from './random.ts'
import { anyOf, VirtualAbortController } from './virtual-abort.ts'

/** What of an abort signal a program may touch. */
interface Signal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

interface Kind {
  create(): { readonly signal: Signal; abort(reason: string): void }
  any(signals: readonly Signal[]): Signal
}

const nodes: Kind = {
  create: () => new AbortController(),
  any: (signals) => AbortSignal.any(signals as AbortSignal[]),
}
const virtual: Kind = {
  create: () => new VirtualAbortController(),
  any: (signals) => anyOf(signals as AbortSignal[]),
}

/** Composes, listens and aborts by chance, and tells who heard of what. */
function history({ create, any }: Kind, random: Random): string[] {
  const told: string[] = []
  const controllers = Array.from({ length: 4 }, create)
  const signals: Signal[] = controllers.map(({ signal }) => signal)
  const listeners = Array.from({ length: 8 }, (_, name) => () => {
    told.push(`listener ${name}: ${signals.map(({ aborted }) => Number(aborted)).join('')}`)
    if (random.chance(0.3)) random.pick(controllers).abort(`by listener ${name}`)
    if (random.chance(0.2)) random.pick(signals).removeEventListener('abort', listener())
  })
  const listener = (): (() => void) => random.pick(listeners)
  const steps = [
    () => signals.push(any([random.pick(signals), random.pick(signals)])),
    () => random.pick(signals).addEventListener('abort', listener()),
    () => random.pick(signals).addEventListener('abort', listener(), { once: true }),
    () => random.pick(signals).removeEventListener('abort', listener()),
    () => random.chance(0.2) && random.pick(controllers).abort(`step ${told.length}`),
  ]
  for (let step = 0; step < 60; step += 1) {
    random.pick(steps)()
    told.push(signals.map(({ aborted, reason }) => `${aborted} ${String(reason)}`).join(', '))
  }
  return told
}

test("signals tell what Node's tell, in the same order", () => {
  let heard = 0
  for (let seed = 0; seed < 300; seed += 1) {
    const told = history(virtual, createRandom(seed))
    expect(told, `seed ${seed}`).toEqual(history(nodes, createRandom(seed)))
    heard += told.filter((line) => line.startsWith('listener')).length
  }
  expect(heard).toBeGreaterThan(1_000)
})

test("what is composed of Node's signals and virtual ones follows both", () => {
  for (const which of [0, 1]) {
    const controllers = [new AbortController(), new VirtualAbortController()] as const
    const both = anyOf([anyOf([controllers[0].signal]), controllers[1].signal])
    const told: unknown[] = []
    both.addEventListener('abort', () => told.push(both.reason))
    controllers[which]?.abort(which)
    expect(told).toEqual([which])
    expect(() => both.throwIfAborted()).toThrow()
  }
})

test('what no abort listener is gets refused', () => {
  const { signal } = new VirtualAbortController()
  expect(() => signal.addEventListener('message', () => {})).toThrow('got message')
})
