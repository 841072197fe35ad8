import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBatchMessage, encodeBatchMessage } from './batch-message.ts'
import { decodeCompletionMessage, encodeCompletionMessage } from './completion-message.ts'
import { ContractError } from './contract-error.ts'
import { decodeJobRequest, encodeJobRequest } from './job-request.ts'
import type { JobId } from './job-id.ts'
import { jobSpecSchema } from './job-spec.ts'
import { decodePlanSegment, encodePlanSegment, PlanError } from './plan.ts'

const jobId = 'j-1' as JobId
const range = { start: 0, end: 10 }
const batch = { batch: 0, rows: range, bytes: range, object: 0 }
const spec = jobSpecSchema.parse({
  version: 1,
  dataset: { uri: 's3://data/a.csv' },
  endpoint: { name: 'model' },
  output: { uri: 's3://results/a.csv' },
})

const doors: readonly [string, (body: string) => unknown, string][] = [
  ['a batch message', decodeBatchMessage, encodeBatchMessage({ jobId, ...batch })],
  ['a completion message', decodeCompletionMessage, encodeCompletionMessage(jobId)],
  ['a job request', decodeJobRequest, encodeJobRequest({ clientToken: 't', spec })],
]

/** The text with a piece of it replaced, so that most of it still parses. */
const damaged = (text: string) =>
  fc
    .tuple(fc.nat(text.length), fc.nat(8), fc.oneof(fc.string(), fc.json(), fc.constant('}')))
    .map(([at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length))

/** True when nothing is thrown, or what may be. */
function isFine(read: () => unknown, mayThrow: new (...args: never[]) => Error): boolean {
  try {
    read()
    return true
  } catch (error) {
    return error instanceof mayThrow
  }
}

describe.for(doors)('%s', ([, decode, valid]) => {
  test('takes any text, or refuses it with a contract error', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), damaged(valid))
    fc.assert(
      fc.property(anything, (body) => {
        expect(isFine(() => decode(body), ContractError)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('takes no member that it does not know, however it is named', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        const known = JSON.parse(valid) as object
        fc.pre(!(name in known))
        const body = `${valid.slice(0, -1)},${JSON.stringify(name)}:1}`
        // `__proto__` is a member like any other in JSON: it must not slip through as a prototype.
        expect(() => decode(body)).toThrow(ContractError)
      }),
    )
  })

  test('does not hang on deep nesting', () => {
    expect(() => decode('['.repeat(30_000))).toThrow(ContractError)
    expect(() => decode(`{"spec":${'['.repeat(30_000)}${']'.repeat(30_000)}}`)).toThrow(
      ContractError,
    )
  })
})

test('a plan segment is read from any bytes, or refused as a plan error', () => {
  const valid = encodePlanSegment([batch])
  const cut = fc.nat(valid.length).map((end) => valid.subarray(0, end))
  const bytes = fc.oneof(
    fc.uint8Array(),
    cut,
    fc.uint8Array({ minLength: 32, maxLength: 32 }).map((record) => Buffer.concat([valid, record])),
  )
  fc.assert(
    fc.property(bytes, (segment) => {
      expect(isFine(() => decodePlanSegment(0, Buffer.from(segment)), PlanError)).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})
