import { expect, test } from 'vitest'
import { createFairLine } from './fair-line.ts'

/** Items are named `<group><number>`; those taken are in flight until the test ends them. */
function createWorld() {
  const out = new Map<string, number>()
  const line = createFairLine<string>(
    (item) => item.charAt(0),
    () => out,
  )
  const take = (): string | undefined => {
    const item = line.shift()
    if (item !== undefined) out.set(item.charAt(0), (out.get(item.charAt(0)) ?? 0) + 1)
    return item
  }
  return { line, out, take }
}

test('one group is served in order of arrival', () => {
  const { line, take } = createWorld()
  for (const item of ['a1', 'a2', 'a3']) line.push(item)
  expect([take(), take(), take(), take()]).toEqual(['a1', 'a2', 'a3', undefined])
})

test('a group that comes late waits for none of a long line', () => {
  const { line, take } = createWorld()
  for (let item = 0; item < 1_000; item += 1) line.push(`a${item}`)
  expect([take(), take()]).toEqual(['a0', 'a1'])
  line.push('b0')
  line.push('b1')
  expect([take(), take(), take()]).toEqual(['b0', 'b1', 'a2'])
})

test('groups with as many in flight take turns', () => {
  const { line, out, take } = createWorld()
  for (const item of ['a1', 'a2', 'b1', 'b2', 'c1']) line.push(item)
  const taken = Array.from({ length: 5 }, () => {
    out.clear()
    return take()
  })
  expect(taken).toEqual(['a1', 'b1', 'c1', 'a2', 'b2'])
})

test('its length and items are those that wait, past any number served', () => {
  const { line, take } = createWorld()
  for (let item = 0; item < 5_000; item += 1) line.push(`a${item}`)
  for (let item = 0; item < 4_998; item += 1) expect(take()).toBe(`a${item}`)
  expect(line).toHaveLength(2)
  expect([...line]).toEqual(['a4998', 'a4999'])
  line.clear()
  expect(line).toHaveLength(0)
  expect(take()).toBeUndefined()
})
