import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint, Invoke } from '../invoke/invocation.ts'
import { InvocationError } from '../invoke/invocation-error.ts'
import { createLimiter } from '../limiter/limiter.ts'
import type { ScoreBatchDeps } from './batch-run.ts'

/** Batches of small numbers for the tests of scoring, and a container that takes them. */
export const ENDPOINT: Endpoint = {
  name: 'churn-v3',
  contentType: 'text/csv',
  accept: 'text/csv',
  response: 'auto',
}

export const never = new AbortController().signal

/** Rows `0`, `1`, …; the answer to a row is half of it. Row texts in `poison` are refused. */
export function batchOf(rows: number, poison: ReadonlySet<number> = new Set()) {
  const lines = Array.from({ length: rows }, (_, row) => `${row}\n`)
  const offsets = new Uint32Array(rows + 1)
  for (const [row, line] of lines.entries()) offsets[row + 1] = (offsets[row] ?? 0) + line.length
  const expected = lines.map((line, row) => (poison.has(row) ? '' : String(Number(line) / 2)))
  const invoke: Invoke = async ({ body }) => {
    const sent = Buffer.from(body).toString().trimEnd().split('\n').map(Number)
    const bad = sent.find((row) => poison.has(row))
    if (bad !== undefined) {
      throw new InvocationError('rows_rejected', ENDPOINT.name, '', {
        words: `could not parse ${bad}`,
      })
    }
    const text = sent.map((row) => `${row / 2}\n`).join('')
    return { body: Buffer.from(text), contentType: 'text/csv', durationMs: 1, variant: 'blue' }
  }
  const input = {
    endpoint: ENDPOINT,
    body: Buffer.from(lines.join('')),
    rows,
    rowOffsets: () => offsets,
    firstRow: 5_000,
    payloadBytesMax: 1 << 20,
  }
  return { input, invoke, expected: expected.join('\n') }
}

export const depsOf = (invoke: Invoke): ScoreBatchDeps => ({
  invoke,
  limiter: createLimiter({
    concurrencyMax: 8,
    now: Date.now,
    schedule: (run) => setImmediate(run),
  }),
  sleep: async (ms, signal) => await sleep(ms >= 60_000 ? ms : 0, undefined, { signal }),
  random: () => 0.5,
  now: () => performance.now(),
})
