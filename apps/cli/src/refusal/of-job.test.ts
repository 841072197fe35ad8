import { encodeJobRequest, type JobId, jobIdOf } from '@millrace/job'
import { createJob, pauseJob, readJob } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import { expect, test, vi } from 'vitest'
import { jobWith } from '../test-data.fixture.ts'
import { connectSystem } from '../system/connect-system.ts'
import { ofJob } from './of-job.ts'
import { useStack } from '../system/stack.fixture.ts'

// A sweep ends with a poll of an empty queue, which takes a second.
vi.setConfig({ testTimeout: 30_000 })

const stack = useStack()
const signal = AbortSignal.timeout(60_000)
const SENT_AT = '2026-11-30T12:00:00Z'

/** Sets the request of a token aside, as a producer does. */
async function setAside(clientToken: string): Promise<void> {
  const body = encodeJobRequest({ clientToken, spec: jobWith().spec })
  const reason = 's3://theirs/ is not allowed'
  const evidence = { code: 'request_refused', reason, attempts: '1', queue: 'millrace-jobs' }
  const attributes = { ...evidence, sentAt: SENT_AT, rejectedAt: SENT_AT }
  await publish(stack.system.deadLetters('jobs'), [{ body, attributes }], signal)
}

test('of a job whose request was refused, it says why', async () => {
  await setAside('refused')
  const job = jobIdOf('refused')
  const wanted = {
    message: `${job}: no such job: its request of ${SENT_AT} was set aside: s3://theirs/ is not allowed (request_refused)`,
    hint: `millrace dlq show ${job} --queue jobs shows the request`,
    exitCode: 1,
  }
  const { ledger } = stack.system
  const asking = (asked: Promise<unknown>) => ofJob(stack.system, job, asked, signal)
  await expect(asking(readJob(ledger, job, signal))).rejects.toMatchObject(wanted)
  await expect(asking(pauseJob(ledger, job, signal))).rejects.toMatchObject(wanted)
})

const noSuchJob = (job: string) => ({
  message: `${job}: no such job`,
  hint: 'millrace list shows them',
  exitCode: 2,
})

test('of a job that was never asked for, it says that there is none', async () => {
  const job = jobIdOf('nobody')
  const asked = readJob(stack.system.ledger, job, signal)
  await expect(ofJob(stack.system, job, asked, signal)).rejects.toMatchObject(noSuchJob(job))
})

test.for([
  ['is like that', (name: string) => `${name.slice(0, -1)}${name.endsWith('0') ? '1' : '0'}`],
  ['is the beginning of that', (name: string) => name.slice(0, 6)],
] as const)('of a name that %s of a job, it asks whether that is meant', async ([, mistype]) => {
  const clientToken = `near-${mistype('j-0123456789')}`
  const createdAt = Math.floor(Date.now() / 1_000)
  const job = jobWith({ clientToken, jobId: jobIdOf(clientToken), createdAt })
  await createJob(stack.system.ledger, job, signal)
  const mistyped = mistype(job.jobId) as JobId
  const asked = readJob(stack.system.ledger, mistyped, signal)
  await expect(ofJob(stack.system, mistyped, asked, signal)).rejects.toMatchObject({
    message: `${mistyped}: no such job`,
    hint: `did you mean ${job.jobId}?`,
    exitCode: 2,
  })
})

test('where nothing says what was refused, it says that there is no job', async () => {
  await setAside('unseen')
  const job = jobIdOf('unseen')
  const { MILLRACE_JOBS_DLQ_URL: _, ...env } = stack.env
  await using unnamed = connectSystem('deployed', env)
  const unanswered = Object.assign(Object.create(unnamed) as typeof unnamed, {
    env: stack.env,
    deadLetters: () => ({
      ...stack.system.deadLetters('jobs'),
      url: `${stack.env['AWS_ENDPOINT_URL']}/no/queue`,
    }),
  })
  for (const system of [unnamed, unanswered]) {
    const asked = readJob(system.ledger, job, signal)
    await expect(ofJob(system, job, asked, signal)).rejects.toMatchObject(noSuchJob(job))
  }
})
