import { expect, test } from 'vitest'
import { describeIssues } from './contract-error.ts'
import { deadlineFrom, deadlineSchema, WANTED_DEADLINE } from './deadline.ts'
import { deadlineOf } from './deadline-of.ts'
import type { Job } from './job.ts'

const START = 1_000

test.for([
  ['1m', START + 60],
  ['90m', START + 5_400],
  ['4h', START + 14_400],
  ['2d', START + 172_800],
  ['9999d', START + 863_913_600],
  ['2026-12-01T06:00:00Z', 1_796_104_800],
  ['2026-12-01T06:00Z', 1_796_104_800],
  ['2026-12-01T07:00:00+01:00', 1_796_104_800],
  ['2028-02-29T00:00Z', 1_835_395_200],
  // As Date.toISOString() writes it, and Python's isoformat().
  ['2026-12-01T06:00:00.000Z', 1_796_104_800],
  ['2026-12-01T06:00:00.999Z', 1_796_104_800],
  ['2026-12-01T07:00:00.999999+01:00', 1_796_104_800],
] as const)('%s is a deadline', ([text, moment]) => {
  expect(deadlineFrom(text, START)).toBe(moment)
  expect(deadlineSchema.parse(text)).toBe(text)
})

test.for([
  '0h',
  '04h',
  '4',
  'h',
  '4 h',
  '1.5h',
  '-1h',
  '10000d',
  '4h30m',
  // In which place?
  '2026-12-01T06:00:00',
  '2026-12-01',
  '06:00',
  '2026-12-01T06:00:00.Z',
  '2026-12-01T06:00.5Z',
  '2026-12-01T06:00:00.0000000000Z',
  // No such day, and no such hour.
  '2026-06-31T06:00Z',
  '2026-02-29T06:00Z',
  '2026-13-01T06:00Z',
  // Before all time.
  '1969-12-31T23:59:59Z',
  '2026-12-01T25:00Z',
  'tomorrow',
  '',
])('%j is none', (text) => {
  expect(deadlineFrom(text, START)).toBeUndefined()
  const { error } = deadlineSchema.safeParse(text, { reportInput: true })
  expect(error && describeIssues(error)).toBe(`${WANTED_DEADLINE}, got ${JSON.stringify(text)}`)
})

test('what was changed stands above the spec', () => {
  const job = (deadline?: string, adjusted?: Job['adjusted']) =>
    deadlineOf({
      spec: { deadline } as Job['spec'],
      createdAt: START,
      ...(adjusted && { adjusted }),
    })
  expect(job()).toBeUndefined()
  expect(job('4h')).toBe(START + 14_400)
  expect(job('4h', { deadline: 5 })).toBe(5)
  expect(job(undefined, { deadline: 5 })).toBe(5)
  expect(job('4h', { concurrencyMax: 2 })).toBe(START + 14_400)
})
