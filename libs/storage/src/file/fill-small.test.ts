import { closeSync, openSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFillSmall } from './fill-small.ts'

async function fileOf(text: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-fill-'))
  const path = join(folder, 'rows.csv')
  writeFileSync(path, text)
  const fd = openSync(path, 'r')
  onTestFinished(async () => {
    closeSync(fd)
    await rm(folder, { recursive: true })
  })
  return fd
}

test('a little is read in the calling thread, from the byte asked for', async () => {
  const fd = await fileOf('0123456789')
  const target = Buffer.alloc(4)
  const reading = createFillSmall(() => 0)(fd, target, 3)
  expect(String(target)).toBe('3456')
  expect(await reading).toBe(4)
})

test('a read beyond the end tells how much there was', async () => {
  const fd = await fileOf('0123456789')
  expect(await createFillSmall(() => 0)(fd, Buffer.alloc(4), 8)).toBe(2)
})

test('after a slow read, the next 64 go through the pool', async () => {
  const fd = await fileOf('0123456789')
  const clock = clockOf(5)
  const fill = createFillSmall(clock.now)
  const isTimed = async () => {
    const before = clock.looks
    await fill(fd, Buffer.alloc(4), 0)
    return clock.looks > before
  }
  expect(await isTimed()).toBe(true)
  clock.stepMs = 1
  const later: boolean[] = []
  for (let count = 0; count < 66; count += 1) later.push(await isTimed())
  expect(later.indexOf(true)).toBe(64)
  expect(later.at(-1)).toBe(true)
})

test('much is read through the pool', async () => {
  const fd = await fileOf('x'.repeat(100_000))
  const target = Buffer.alloc(100_000)
  const clock = clockOf(0)
  expect(await createFillSmall(clock.now)(fd, target, 0)).toBe(100_000)
  expect(String(target)).toBe('x'.repeat(100_000))
  expect(clock.looks).toBe(0)
})

/** Only who reads in the calling thread looks at the clock; each look is so much later. */
function clockOf(stepMs: number) {
  const clock = {
    stepMs,
    looks: 0,
    time: 0,
    now: () => {
      clock.looks += 1
      return (clock.time += clock.stepMs)
    },
  }
  return clock
}
