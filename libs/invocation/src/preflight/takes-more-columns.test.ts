import { expect, test } from 'vitest'
import { InvocationError, type InvocationErrorCode } from '../invoke/invocation-error.ts'
import type { Invoke } from '../invoke/invocation.ts'
import { GOOD, ROWS, whole } from './first-rows.fixture.ts'
import { preflight } from './preflight.ts'

const never = new AbortController().signal

test.for([
  ['one column more', 1],
  ['any number of columns more', 2_000],
] as const)('believes nothing of columns where asking with %s fails', async ([, more]) => {
  const wide = Buffer.from(ROWS).toString().split('\n', 1)[0]!.split(',').length + more
  const invoke: Invoke = async ({ body }) => {
    const rows = Buffer.from(body).toString().trimEnd().split('\n')
    if (rows[0]?.split(',').length === wide) throw new InvocationError('connection_failed', 'f', '')
    return { body: Buffer.from('0.5\n'.repeat(rows.length)), contentType: '', durationMs: 1 }
  }
  expect(await preflight({ invoke }, whole(GOOD), never)).toEqual({
    kind: 'wrong',
    problems: [expect.stringMatching(/^The connection to f failed: check/)],
  })
})

/** A model of so many features, by the columns of a request; quotes hold commas together. */
const takingColumns =
  (takes: (columns: number) => boolean, refusal: InvocationErrorCode): Invoke =>
  async ({ body }) => {
    const rows = Buffer.from(body).toString().trimEnd().split('\n')
    const widths = rows.map((row) => row.replaceAll(/"[^"]*"/g, '').split(',').length)
    if (!widths.every(takes))
      throw new InvocationError(refusal, 'flights', '', { words: 'columns' })
    return { body: Buffer.from('0.5\n'.repeat(rows.length)), contentType: '', durationMs: 1 }
  }

test.for<[string, string, (columns: number) => boolean, InvocationErrorCode, string]>([
  ['with or without its label', '1,2,3', (n) => n === 3 || n === 4, 'model_failed', 'ready'],
  ['so, by refusing others', '1,2,"a,b"', (n) => n === 3 || n === 4, 'rows_rejected', 'ready'],
  ['of any width up to its own', '1,2,3', (n) => n <= 4, 'rows_rejected', 'wrong'],
  ['so, with quoted text', '1,2,"a,b"', (n) => n <= 4, 'rows_rejected', 'wrong'],
  ['from two columns on', '1,2', (n) => n >= 2 && n <= 4, 'rows_rejected', 'wrong'],
  [
    'or hangs at one column fewer',
    '1,2,3',
    (n) => n === 3 || n === 4,
    'invocation_timed_out',
    'wrong',
  ],
])('of a model that takes a row %s, %s', async ([, row, takes, refusal, kind]) => {
  const body = Buffer.from(`${row}\n`.repeat(20))
  const invoke = takingColumns(takes, refusal)
  expect(await preflight({ invoke }, whole({ ...GOOD, body }), never)).toMatchObject({ kind })
})

test('rows that are too short do not pass by a fault that comes by chance', async () => {
  const takes = takingColumns((columns) => columns <= 4, 'rows_rejected')
  let isFirst = true
  const invoke: Invoke = async (request, signal) => {
    if (isFirst && Buffer.from(request.body).toString().startsWith('1,2\n')) {
      isFirst = false
      throw new InvocationError('model_failed', 'flights', '')
    }
    return await takes(request, signal)
  }
  const body = Buffer.from('1,2,3\n'.repeat(20))
  expect(await preflight({ invoke }, whole({ ...GOOD, body }), never)).toEqual({
    kind: 'wrong',
    problems: [expect.stringMatching(/more columns than the rows have/)],
  })
  expect(isFirst).toBe(false)
})
