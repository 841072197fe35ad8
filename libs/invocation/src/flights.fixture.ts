import { readFileSync } from 'node:fs'
import type { Endpoint } from './invoke/invocation.ts'
import { createLimiter } from './limiter/limiter.ts'
import type { ScoreBatchDeps, ScoreBatchInput } from './score/batch-run.ts'

const folder = new URL('../../../examples/flights/', import.meta.url)

export const flightsModel = new URL('model.json', folder)

/** The model's input, one row a line, and its answers in the very text that a container sends. */
export const flights = {
  features: readFileSync(new URL('features.csv', folder)),
  expected: readFileSync(new URL('expected.txt', folder), 'utf8').trimEnd().split('\n'),
}

export const flightsEndpoint: Endpoint = {
  name: 'flights',
  contentType: 'text/csv',
  accept: 'text/csv',
  response: 'auto',
}

export const testCredentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' }

/** The rows `start` to `end` as a batch. */
export function batchOf(start: number, end: number): ScoreBatchInput {
  const body = flights.features.subarray(OFFSETS[start], OFFSETS[end])
  const first = OFFSETS[start] ?? 0
  return {
    endpoint: flightsEndpoint,
    body,
    rows: end - start,
    rowOffsets: () => OFFSETS.slice(start, end + 1).map((offset) => offset - first),
    firstRow: start,
    payloadBytesMax: 5 * 1024 * 1024,
  }
}

const OFFSETS = offsetsOf(flights.features)

function offsetsOf(body: Buffer): Uint32Array {
  const offsets = [0]
  for (let at = body.indexOf(10); at !== -1; at = body.indexOf(10, at + 1)) offsets.push(at + 1)
  return Uint32Array.from(offsets)
}

/** Deps that do not wait: a pause is the next turn of the loop, a deadline never comes. */
export function hastyDeps(invoke: ScoreBatchDeps['invoke']): ScoreBatchDeps {
  return {
    invoke,
    limiter: createLimiter({
      concurrencyMax: 16,
      now: Date.now,
      schedule: (run) => setImmediate(run),
    }),
    sleep: async (ms, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      if (ms < 120_000) setImmediate(resolve)
      await promise
    },
    random: () => 0.5,
    now: () => performance.now(),
  }
}
