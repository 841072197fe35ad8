import { expect, test } from 'vitest'
import { createHistory, type LogLine } from './history.ts'
import { report } from './report.ts'

const jobId = 'j-1'
const planned = (batches: number, rows: number): LogLine => ({
  jobId,
  msg: 'job request done',
  outcome: 'published',
  totals: { batches, rows },
})
const batchDone = (batch: number, outcome: string, rows = 10, failedRows = 0): LogLine => ({
  jobId,
  msg: 'batch done',
  batch,
  outcome,
  rows,
  failedRows,
})
const finished = (rows: number, failedRows = 0): LogLine => ({
  jobId,
  msg: 'job looked at',
  outcome: 'finished',
  state: failedRows === 0 ? 'succeeded' : 'succeeded_with_failures',
  summary: { rows, failedRows },
})
const sound = [planned(2, 20), batchDone(0, 'recorded'), batchDone(1, 'recorded'), finished(20)]

function verdictOf(lines: readonly LogLine[]) {
  const history = createHistory()
  for (const line of lines) history.add(line)
  return history.verdicts()[0]
}

test('a history in which all comes out is sound', () => {
  expect(verdictOf(sound)).toEqual({
    jobId,
    state: 'succeeded',
    batches: 2,
    rows: 20,
    recorded: 2,
    duplicates: 0,
    violations: [],
  })
})

test.for<[string, readonly LogLine[], string]>([
  ['a batch recorded twice', [...sound, batchDone(1, 'recorded')], 'batch 1 was recorded 2 times'],
  [
    'a batch beyond the plan',
    [...sound, batchDone(2, 'recorded')],
    'batch 2 is not in a plan of 2',
  ],
  [
    'another plan',
    [...sound, planned(3, 20)],
    'it was planned as 2 batches of 20 rows and as 3 batches of 20 rows',
  ],
  [
    'a result of too few rows',
    [...sound.slice(0, 3), finished(19)],
    'its result has 19 rows, its plan 20',
  ],
  [
    'failures that nobody recorded',
    [...sound.slice(0, 3), finished(20, 1)],
    '0 failed rows were recorded, its result has 1',
  ],
  [
    'two ends',
    [...sound, { jobId, msg: 'job looked at', outcome: 'failed' }],
    'it ended as succeeded and as failed',
  ],
])('%s is a violation', ([, lines, violation]) => {
  expect(verdictOf(lines)?.violations).toContain(violation)
})

test.for<[string, readonly LogLine[]]>([
  ['duplicates are no violation', [...sound, batchDone(0, 'duplicate')]],
  ['a line that a dying process never wrote is no violation', sound.toSpliced(1, 1)],
  ['the same end told twice is no violation', [...sound, finished(20)]],
  ['lines of other things are passed over', [...sound, { msg: 'service started' }, { jobId }]],
  ['the order of the lines does not matter', sound.toReversed()],
])('%s', ([, lines]) => {
  expect(verdictOf(lines)?.violations).toEqual([])
})

test('a job without an end is open', () => {
  expect(verdictOf(sound.slice(0, 2))?.state).toBe('open')
})

test('the report has a line for each violation', () => {
  const history = createHistory()
  for (const line of [...sound, batchDone(1, 'recorded')]) history.add(line)
  const { text, sound: isSound } = report(history.verdicts(), { lines: 5, skipped: 1 })
  expect(isSound).toBe(false)
  expect(text).toContain('VIOLATION batch 1 was recorded 2 times')
  expect(text).toContain('5 lines (1 of them are not JSON), 1 jobs, 1 broken')
})

test('lines that tell of no job are not sound, and the report says what was wanted', () => {
  const history = createHistory()
  for (const line of sound) history.add({ log: JSON.stringify(line) })
  const { text, sound: isSound } = report(history.verdicts(), { lines: 4, skipped: 0 })
  expect(isSound).toBe(false)
  expect(text).toMatch(/^4 lines, 0 jobs, 0 broken\nwanted lines as the apps write them.* got none/)
})
