import * as fc from 'fast-check'
import { type Batch, type JobId, jobIdOf, lengthOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { accountFor } from './account.ts'
import type { AccountingError, AccountingErrorCode } from './accounting-error.ts'
import { collect, jobWith, linesOf, partOf, planOf, runsOf } from '../test-data.fixture.ts'
import type { RecordedPart } from '../write-result.ts'

const plan = planOf(3, 3, 2)
/** Eight rows' predictions in three batches; row 4, in the middle of batch 1, has failed. */
const balanced = [
  partOf(plan[0]!, ['0.1', '0.2', '0.3']),
  partOf(plan[1]!, ['0.4', '', '0.6']),
  partOf(plan[2]!, ['0.7', '0.8']),
] as const
const [first, middle, last] = balanced
const job = jobWith({}, { plan: { batches: 3, rows: 8 } })

const account = async (
  parts: readonly RecordedPart[],
  planned: readonly Batch[] = plan,
  of = job,
) => {
  const runs = await collect(accountFor(of, runsOf(planned, 3), runsOf(parts)))
  expect(runs.every((run) => run.length > 0)).toBe(true)
  return runs.flat()
}
const lines = (part: RecordedPart, ...texts: string[]): RecordedPart => ({
  ...part,
  lines: linesOf(...texts),
})
const failure = (row: number) => ({ row, code: 'row_width', message: '' })

test('of a retry, the parts of the jobs that it stands on account for the plan too', async () => {
  const [older, base] = [jobIdOf('older'), jobIdOf('base')]
  const retry = { ...job, retryOf: { jobId: older, layers: [older, base] } }
  const layered = [{ ...first, jobId: base }, { ...middle, jobId: older }, last]
  expect(await account(layered, plan, retry)).toHaveLength(3)
  await expect(account(layered)).rejects.toMatchObject({ code: 'part_of_another_job' })
})

test('parts that account for the plan pass through in order', async () => {
  const passed = await account(balanced)
  expect(passed).toMatchObject(plan.map((batch, index) => ({ batch, part: balanced[index] })))
})

test('a job of no rows is accounted for by no parts', async () => {
  expect(await account([], [], jobWith({}, { plan: { batches: 0, rows: 0 } }))).toEqual([])
})

type Row = [string, RecordedPart[], AccountingErrorCode, RegExp]

test.for<Row>([
  ['the first part missing', [middle, last], 'part_missing', /that of batch 1$/],
  ['a middle part missing', [first, last], 'part_missing', /of batch 1, found that of batch 2/],
  ['the last part missing', [first, middle], 'part_missing', /batch 2 has no part/],
  ['no part at all', [], 'part_missing', /batch 0 has no part/],
  ['a part twice', [first, middle, middle, last], 'part_repeated', /found that of batch 1/],
  ['a part beyond the plan', [...balanced, last], 'part_repeated', /batch 2 is not in the plan/],
  [
    "another job's part",
    [first, { ...middle, jobId: 'j-other' as JobId }, last],
    'part_of_another_job',
    /batch 1 holds a part of job j-other/,
  ],
  [
    'a part of other rows',
    [first, { ...middle, rows: { start: 4, end: 7 } }, last],
    'part_rows_mismatch',
    /holds rows 4 to 7, the plan has 3 to 6/,
  ],
  [
    'a prediction too few',
    [lines(first, '0.1', '0.3'), middle, last],
    'part_lines_mismatch',
    /batch 0 holds 2 predictions for 3 rows/,
  ],
  [
    'a prediction too many',
    [lines(first, '0.1', '0.2', '0.3', '0.4'), middle, last],
    'part_lines_mismatch',
    /batch 0 holds 4 predictions for 3 rows/,
  ],
  [
    'a final newline, which is a line more',
    [lines(first, '0.1', '0.2', '0.3', ''), middle, last],
    'part_lines_mismatch',
    /batch 0 holds 4 predictions for 3 rows/,
  ],
  [
    'a prediction too few before a failed row',
    [first, lines(middle, '', '0.6'), last],
    'part_lines_mismatch',
    /batch 1 holds 2 predictions for 3 rows/,
  ],
  [
    'an empty line without its failure',
    [first, { ...middle, failures: [] }, last],
    'part_failures_mismatch',
    /batch 1: row 4 has no prediction and no failure/,
  ],
  [
    'a failure without its empty line',
    [{ ...first, failures: [failure(2)] }, middle, last],
    'part_failures_mismatch',
    /batch 0: row 2 has both a prediction and a failure/,
  ],
  [
    'a failure of another row',
    [first, { ...middle, failures: [failure(5)] }, last],
    'part_failures_mismatch',
    /batch 1: row 4 has no prediction/,
  ],
  [
    'a failure told twice',
    [first, { ...middle, failures: [failure(4), failure(4)] }, last],
    'part_failures_mismatch',
    /row 4 has both/,
  ],
])('with %s, there is no result', async ([, parts, code, message]) => {
  const error = (await account(parts).catch((thrown: unknown) => thrown)) as AccountingError
  expect(error).toMatchObject({ name: 'AccountingError', code, retryable: false })
  expect(error.message).toMatch(message)
})

test('when the parts hold other rows than the sealed total, there is no result', async () => {
  const sealed = jobWith({}, { plan: { batches: 3, rows: 9 } })
  await expect(account(balanced, plan, sealed)).rejects.toMatchObject({
    code: 'rows_mismatch',
    message: 'account for rows: 8 rows in the parts, 9 in the plan',
  })
})

test('when it refuses, leaves no reading of parts open', async () => {
  let closed = false
  async function* parts() {
    try {
      yield [last]
      yield [middle, first]
    } finally {
      closed = true
    }
  }
  await expect(collect(accountFor(job, runsOf(plan), parts()))).rejects.toThrow()
  expect(closed).toBe(true)
})

/** A balanced set: batches of one to four rows, some of which failed. */
const balancedSet = fc
  .array(fc.array(fc.constantFrom('0.5', '1e-05', ''), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((rows) => {
    const planned = planOf(...rows.map(({ length }) => length))
    const parts = planned.map((batch, index) => partOf(batch, rows[index]!))
    const total = { batches: planned.length, rows: planned.at(-1)!.rows.end }
    return { planned, parts, of: jobWith({}, { plan: total }) }
  })

const mutations: Record<string, (parts: RecordedPart[], at: number) => RecordedPart[]> = {
  drop: (parts, at) => parts.toSpliced(at, 1),
  repeat: (parts, at) => parts.toSpliced(at, 0, parts[at]!),
  'add a line': (parts, at) =>
    parts.with(
      at,
      textOf(parts[at]!, (text) => `${text}\n0.5`),
    ),
  'lose a line': (parts, at) =>
    parts.with(
      at,
      textOf(parts[at]!, (text) => text.split('\n').slice(1).join('\n')),
    ),
  'shift the rows': (parts, at) => {
    const { start, end } = parts[at]!.rows
    return parts.with(at, { ...parts[at]!, rows: { start: start + 1, end: end + 1 } })
  },
  'flip the failure of the first row': (parts, at) => {
    const part = parts[at]!
    const row = part.rows.start
    const others = part.failures.filter((one) => one.row !== row)
    const failures = others.length < part.failures.length ? others : [failure(row), ...others]
    return parts.with(at, { ...part, failures })
  },
}
const textOf = (part: RecordedPart, change: (text: string) => string): RecordedPart => ({
  ...part,
  lines: linesOf(change(String(part.lines.text))),
})

test('any balanced set passes', async () => {
  await fc.assert(
    fc.asyncProperty(balancedSet, async ({ planned, parts, of }) => {
      expect(await account(parts, planned, of)).toHaveLength(parts.length)
    }),
  )
})

test.for(Object.entries(mutations))(
  'to %s anywhere in a balanced set, is refused',
  async ([, mutate]) => {
    await fc.assert(
      fc.asyncProperty(balancedSet, fc.nat(), async ({ planned, parts, of }, place) => {
        const at = place % parts.length
        // One row without its line still reads as one line, an empty one; it is refused as a failure.
        const mutated = mutate(parts, at)
        fc.pre(!sameText(mutated, parts))
        await expect(account(mutated, planned, of)).rejects.toThrow('account for rows')
      }),
    )
  },
)

/** A lone empty line cannot be lost: nothing and an empty line are the same bytes. */
const sameText = (left: readonly RecordedPart[], right: readonly RecordedPart[]): boolean =>
  left.length === right.length &&
  left.every(
    (part, index) =>
      part.lines.text.equals(right[index]!.lines.text) &&
      part.failures === right[index]!.failures &&
      lengthOf(part.rows) === lengthOf(right[index]!.rows) &&
      part.rows.start === right[index]!.rows.start,
  )
