import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createPlaces } from './take-place.ts'

const [here, elsewhere] = ['s3://results/scores.manifest.json', 's3://results/other.manifest.json']

test('a place is for one at a time, and another place is free', async () => {
  const takePlace = createPlaces()
  const log: string[] = []
  const work = async (name: string, uri: string): Promise<void> => {
    using _place = await takePlace(uri)
    log.push(`${name} begins`)
    await setImmediate()
    log.push(`${name} ends`)
  }
  await Promise.all([
    work('one', here),
    work('two', here),
    work('three', here),
    work('four', elsewhere),
  ])
  expect(log.filter((line) => !line.startsWith('four'))).toEqual(
    ['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  )
  expect(log.indexOf('four begins')).toBeLessThan(log.indexOf('one ends'))
})

test('a place is free again after a failure', async () => {
  const takePlace = createPlaces()
  const failing = async (): Promise<void> => {
    using _place = await takePlace(here)
    throw new Error('the disk is full')
  }
  await expect(failing()).rejects.toThrow('the disk is full')
  using place = await takePlace(here)
  expect(place).toBeDefined()
})
