import { expect, test } from 'vitest'
import { createLineMemory } from './line-memory.ts'

test('memory that was given back is lent again, the last first', () => {
  const memory = createLineMemory()
  const [first, second] = [memory(100), memory(100)]
  first.release()
  second.release()
  expect(memory(100).bytes).toBe(second.bytes)
  expect(memory(100).bytes).toBe(first.bytes)
})

test('what is lent is not lent twice, also when it is given back twice', () => {
  const memory = createLineMemory()
  const lent = memory(100)
  lent.release()
  lent.release()
  expect(memory(100).bytes).not.toBe(memory(100).bytes)
})

test('memory that is too small is not lent', () => {
  const memory = createLineMemory()
  memory(10).release()
  expect(memory(1_000).bytes.length).toBeGreaterThanOrEqual(1_000)
})
