import { expect, test } from 'vitest'
import { InvocationError } from '../invoke/invocation-error.ts'
import type { Invoke } from '../invoke/invocation.ts'
import { GOOD, ROWS, whole } from './first-rows.fixture.ts'
import { preflight } from './preflight.ts'

const never = new AbortController().signal

test('when rows are taken one by one only, says so', async () => {
  const invoke: Invoke = async ({ body }) => {
    if (Buffer.from(body).toString().trimEnd().includes('\n')) {
      throw new InvocationError('rows_rejected', 'flights', '', { words: 'one row, please' })
    }
    return { body: Buffer.from('0.5\n'), contentType: 'text/csv', durationMs: 1 }
  }
  expect(await preflight({ invoke }, whole(GOOD), never)).toEqual({
    kind: 'wrong',
    problems: [
      expect.stringMatching(
        /one by one but not together: set batching.rows to 1, .*: flights refuses .*one row, please/,
      ),
    ],
  })
})

test('when rows that end with a CR are taken one by one only, says why', async () => {
  const invoke: Invoke = async ({ body }) => {
    if (/\r./.test(String(body))) {
      throw new InvocationError('rows_rejected', 'flights', '', { words: 'no number: 5\r6' })
    }
    return { body: Buffer.from('0.5\n'), contentType: 'text/csv', durationMs: 1 }
  }
  const body = Buffer.from(String(ROWS).replaceAll('\n', '\r'))
  expect(await preflight({ invoke }, whole({ ...GOOD, body }), never)).toEqual({
    kind: 'wrong',
    problems: [expect.stringMatching(/not together: they end with a CR alone, .* no number: 5/)],
  })
})
