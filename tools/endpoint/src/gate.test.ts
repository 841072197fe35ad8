import { expect, test } from 'vitest'
import { createGate, type Room } from './gate.ts'
import { flights, payloadOf, startFlights } from './flights.fixture.ts'

function gateOf(room: { -readonly [key in keyof Room]: Room[key] }) {
  const gate = createGate(() => room)
  const inside: number[] = []
  const enter = (visitor: number): boolean => {
    const entered = gate.enter()
    void entered?.then(() => inside.push(visitor))
    return entered !== undefined
  }
  const settled = async () => {
    await Promise.resolve()
    return [...inside]
  }
  return { gate, room, enter, settled }
}

test('lets in up to its maximum and refuses the next', async () => {
  const { enter, settled } = gateOf({ concurrencyMax: 2, queueMax: 0 })
  expect([1, 2, 3].map(enter)).toEqual([true, true, false])
  expect(await settled()).toEqual([1, 2])
})

test('with a queue, lets in who waits longest when one leaves', async () => {
  const { gate, enter, settled } = gateOf({ concurrencyMax: 1, queueMax: 2 })
  expect([1, 2, 3, 4].map(enter)).toEqual([true, true, true, false])
  gate.leave()
  expect(await settled()).toEqual([1, 2])
  gate.leave()
  expect(await settled()).toEqual([1, 2, 3])
})

test('when its maximum grows, lets in those who wait', async () => {
  const { gate, room, enter, settled } = gateOf({ concurrencyMax: 1, queueMax: 2 })
  expect([1, 2, 3].map(enter)).toEqual([true, true, true])
  room.concurrencyMax = 3
  gate.admit()
  expect(await settled()).toEqual([1, 2, 3])
})

test('when its maximum shrinks, lets nobody in until enough have left', async () => {
  const { gate, room, enter } = gateOf({ concurrencyMax: 3, queueMax: 0 })
  expect([1, 2, 3].map(enter)).toEqual([true, true, true])
  room.concurrencyMax = 1
  gate.leave()
  gate.leave()
  expect(enter(4)).toBe(false)
  gate.leave()
  expect(enter(5)).toBe(true)
})

test('above its concurrency, the endpoint throttles and serves the rest', async () => {
  // Long enough for all of them to have come before the first is answered.
  await using served = await startFlights({ concurrencyMax: 3, latencyMs: 2_000 })
  const invocations = Array.from({ length: 10 }, () => served.invoke(payloadOf(0, 1)))
  const settled = await Promise.allSettled(invocations)
  const answered = settled.filter(({ status }) => status === 'fulfilled')
  expect(answered).toHaveLength(3)
  expect(served.endpoint.stats).toMatchObject({
    invocations: 10,
    throttled: 7,
    inFlightMax: 3,
    rows: 3,
  })
})

test('with a queue, the endpoint serves all in turn', async () => {
  await using served = await startFlights({ concurrencyMax: 1, queueMax: 9, latencyMs: 1 })
  const invocations = Array.from({ length: 10 }, () => served.invoke(payloadOf(0, 1)))
  const texts = (await Promise.all(invocations)).map(({ text }) => text)
  expect(new Set(texts)).toEqual(new Set([`${flights.answers[0]}\n`]))
  expect(served.endpoint.stats.throttled).toBe(0)
})
