import { request } from 'node:http'
import { jobIdOf } from '@millrace/job'
import { createJob, readJob } from '@millrace/ledger'
import { publish, readDepth } from '@millrace/queue'
import { expect, test, vi } from 'vitest'
import { useStack } from '../system/stack.fixture.ts'
import { createWorld, jobWith } from '../test-data.fixture.ts'
import { startConsole } from './console.fixture.ts'
import { createApp } from './create-app.ts'

vi.setConfig({ testTimeout: 60_000 })

const stack = useStack()
const region = 'us-east-1'
const signal = AbortSignal.timeout(60_000)

/** Asks as a page that is closed before the answer comes. */
async function askAndLeave(path: string, method: 'GET' | 'POST'): Promise<Response> {
  const { world } = createWorld(stack.env)
  const jobs = { lines: async () => [], forget: () => {} }
  const app = createApp({ key: 'key', options: { days: 7, region }, world, jobs })
  const headers = { authorization: 'Bearer key', host: 'localhost' }
  return await app.request(path, { method, headers, signal: AbortSignal.abort() })
}

test('a verb whose page is closed is done all the same', async () => {
  const job = jobWith({ jobId: jobIdOf('left'), clientToken: 'left' })
  await createJob(stack.system.ledger, job, signal)
  const answer = await askAndLeave(`/api/jobs/${job.jobId}/pause`, 'POST')
  expect(await answer.json()).toMatchObject({ said: expect.stringContaining('is paused') })
  expect(await readJob(stack.system.ledger, job.jobId, signal)).toMatchObject({ state: 'paused' })
})

test('for a page that is closed, nothing more is read', async () => {
  const job = jobWith({ jobId: jobIdOf('seen'), clientToken: 'seen' })
  await createJob(stack.system.ledger, job, signal)
  expect((await askAndLeave(`/api/jobs/${job.jobId}`, 'GET')).status).toBe(499)
})

test('a redrive whose page is closed goes on to its end', async () => {
  const attributes = { code: 'not_json', reason: 'not JSON', queue: 'jobs', attempts: '1' }
  const letters = Array.from({ length: 12 }, (_, at) => ({ body: `letter ${at}`, attributes }))
  await publish(stack.system.deadLetters('jobs'), letters, signal)
  await using console = await startConsole(stack.env, { region })
  const asking = request(`${console.url}/api/letters/jobs/redrive`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${console.key}` },
  })
  asking.on('error', () => {}) // It is left on purpose.
  // Ten come at once, as SQS gives them; the others are due two seconds later.
  asking.end(JSON.stringify({ job: '-', code: 'not_json', rate: 5 }))
  const published = async () => (await readDepth(stack.system.queue('jobs'), signal)).visible
  await expect.poll(published, { timeout: 20_000, interval: 20 }).toBeGreaterThan(0)
  asking.destroy()
  await expect.poll(published, { timeout: 20_000 }).toBe(12)
})
