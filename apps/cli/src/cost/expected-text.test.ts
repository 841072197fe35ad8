import { expect, test } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { expectedText } from './expected-text.ts'

const plan = { batches: 120, rows: 12_000 }
const preflight = { rows: 20, latencyMs: 48.2, bytesSent: 456, bytesAnswered: 378 }
const job = jobWith({ plan, preflight })

test('says what the first rows took, and what that makes of all', async () => {
  const setting = { region: 'eu-west-1', concurrency: 16, consumers: 2 }
  expect(await expectedText(job, setting)).toMatch(
    /^preflight: 20 rows in 48 ms; 120 invocations in about 0\.4 s at 16 at once, \$0\.00\d+ on AWS$/,
  )
})

test('of one row and one batch, tells one', async () => {
  const one = jobWith({ plan: { batches: 1, rows: 1 }, preflight: { ...preflight, rows: 1 } })
  expect(await expectedText(one, { region: undefined })).toMatch(
    /^preflight: 1 row in 48 ms; 1 invocation of/,
  )
})

test('where nobody says how many at once, gives no time of the whole', async () => {
  expect(await expectedText(job, { region: 'us-east-1' })).toMatch(
    /; 120 invocations of about 48 ms, \$0\.00\d+ on AWS$/,
  )
})

test('with a deadline, says whether that can be kept', async () => {
  const setting = { region: 'eu-west-1', concurrency: 16, consumers: 2 }
  const textBy = (deadline: number) => expectedText({ ...job, adjusted: { deadline } }, setting)
  const now = Math.floor(Date.now() / 1_000)
  expect(await textBy(now + 7_200)).toMatch(
    / on AWS; in time, with 120 min to spare$|, with 2.0 h to spare$/,
  )
  expect(await textBy(now)).toMatch(/ on AWS; its deadline has passed$/)
})

test('wider answers cost more', async () => {
  const dollars = async (bytesAnswered: number) => {
    const shown = jobWith({ plan, preflight: { ...preflight, bytesAnswered } })
    const text = (await expectedText(shown, { region: 'us-east-1' })) ?? ''
    return Number(/\$([\d.]+)/.exec(text)?.[1])
  }
  expect(await dollars(40 * 378)).toBeGreaterThan(2 * (await dollars(378)))
})

test.for([
  ['no plan yet', jobWith({ preflight })],
  ['no preflight', jobWith({ plan })],
  ['no rows', jobWith({ plan: { batches: 0, rows: 0 }, preflight })],
] as const)('with %s, says nothing', async ([, bare]) => {
  expect(await expectedText(bare, { region: undefined })).toBeUndefined()
})
