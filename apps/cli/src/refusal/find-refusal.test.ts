import { encodeJobRequest, jobIdOf } from '@millrace/job'
import { publish } from '@millrace/queue'
import { expect, test, vi } from 'vitest'
import { connectSystem } from '../system/connect-system.ts'
import { useStack } from '../system/stack.fixture.ts'
import type { System } from '../system/system.ts'
import { jobWith } from '../test-data.fixture.ts'
import { createRefusalSearch } from './find-refusal.ts'

// A sweep ends with a poll of an empty queue, which takes a second.
vi.setConfig({ testTimeout: 30_000 })

const stack = useStack()
const signal = AbortSignal.timeout(60_000)
const now = Date.now()
const MINUTE_MS = 60_000

/** Sets the request of a token aside, as a producer does. */
async function setAside(clientToken: string, reason: string, sentAtMs: number): Promise<void> {
  const body = encodeJobRequest({ clientToken, spec: jobWith().spec })
  const sentAt = new Date(sentAtMs).toISOString()
  const evidence = { code: 'request_refused', reason, attempts: '1', queue: 'millrace-jobs' }
  const attributes = { ...evidence, sentAt, rejectedAt: sentAt }
  await publish(stack.system.deadLetters('jobs'), [{ body, attributes }], signal)
}

test('of what was set aside, the newest request of this job is found, at each look', async () => {
  await setAside('mine', 'not allowed', now + 1_000)
  await setAside('mine', 'still not allowed', now + 2_000)
  await setAside('other', 'no such job', now + 3_000)
  const find = createRefusalSearch(jobIdOf('mine'), now)
  for (let look = 0; look < 2; look += 1) {
    expect(await find(stack.system, signal)).toMatchObject({ reason: 'still not allowed' })
  }
})

test('what was set aside before it was asked for again says nothing', async () => {
  await setAside('again', 'not allowed', now - MINUTE_MS)
  expect(await createRefusalSearch(jobIdOf('again'), now)(stack.system, signal)).toBeUndefined()
  await setAside('again', 'clocks differ', now - 1_000)
  expect(await createRefusalSearch(jobIdOf('again'), now)(stack.system, signal)).toBeDefined()
})

test('where no dead-letter queue is named, nothing is looked for', async () => {
  const { MILLRACE_JOBS_DLQ_URL: _, ...env } = stack.env
  await using unnamed = connectSystem('deployed', env)
  expect(await createRefusalSearch(jobIdOf('mine'), now)(unnamed, signal)).toBeUndefined()
})

test.for([
  ['may not be read', 'AccessDenied', 1],
  ['does not answer', 'ServiceUnavailable', 2],
] as const)('a dead-letter queue that %s is no failure', async ([, name, calls]) => {
  const send = vi.fn(async () => {
    throw Object.assign(new Error('no'), { name })
  })
  const { client, url } = stack.system.deadLetters('jobs')
  const failing = Object.assign(Object.create(client) as typeof client, { send })
  const refusing: System = { ...stack.system, deadLetters: () => ({ client: failing, url }) }
  const find = createRefusalSearch(jobIdOf('mine'), now)
  for (let look = 0; look < 2; look += 1) expect(await find(refusing, signal)).toBeUndefined()
  expect(send).toHaveBeenCalledTimes(calls)
})
