import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { planned } from './show-plan.ts'

test('the name of an object in S3 does not steer the terminal', () => {
  const counts = { objects: 1, bytes: 8, width: 2, rows: 1, batches: 1, batchBytesMax: 8 }
  const facts = { header: false, tooLarge: 0, oddRows: 0, checked: true, seconds: 0 }
  const faults = [{ object: 'in/\u001b[2J\u202e.csv', byte: 4, problem: 'a \u009bquote' }]
  const said = planned('s3://b/in/', { ...counts, ...facts, faults }, [0, 1], jobWith().spec)
  expect(said.split('\n').at(-1)).toBe('! in/\uFFFD[2J\uFFFD.csv byte 4: a \uFFFDquote')
})
