import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import type { SourceObject } from './plan-source.ts'
import { surveyObjects } from './survey-objects.ts'

const { spec } = jobWith()
const options = { check: false, now: () => 0 }

/** Objects of two rows each, far away, and the most that were asked for at once. */
function farAway(count: number, isAskedAhead: boolean, broken?: number) {
  const asked = { now: 0, most: 0, open: 0 }
  const objects = Array.from({ length: count }, (_, index): SourceObject => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      asked.now += 1
      asked.open += 1
      asked.most = Math.max(asked.most, asked.now)
      await sleep(2)
      asked.now -= 1
      try {
        if (index === broken) throw new Error('gone')
        yield Buffer.from(`${index},1\n${index},2\n`)
      } finally {
        asked.open -= 1
      }
    }
    return { name: `${index}.csv`, bytesStored: 8, isAskedAhead, pieces }
  })
  return { asked, objects }
}

test.for([
  ['small ones that are far away are asked for ahead', true, 16],
  ['others one after the other', false, 1],
] as const)('of many objects %s', async ([, isAskedAhead, most]) => {
  const { asked, objects } = farAway(60, isAskedAhead)
  expect(await surveyObjects(objects, spec, options)).toMatchObject({ objects: 60, rows: 120 })
  expect(asked).toEqual({ now: 0, most, open: 0 })
})

test('where one of them cannot be read, none is left open', async () => {
  const { asked, objects } = farAway(60, true, 20)
  await expect(surveyObjects(objects, spec, options)).rejects.toThrow('gone')
  expect(asked).toMatchObject({ now: 0, open: 0 })
})
