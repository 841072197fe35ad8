import { encodeJobRequest, type Job, requestOf } from '@millrace/job'
import { expect, test } from 'vitest'
import { askedAgain } from './asked-again.ts'
import { requestsIn } from './requests-in.ts'
import { jobWith, never } from './test-data.fixture.ts'

/** A job whose spec the door took once, and takes no longer. */
function outgrown(): Job {
  const job = jobWith()
  const endpoint = { ...job.spec.endpoint, response: 'column 3' }
  return { ...job, spec: { ...job.spec, endpoint } }
}

const asking = (body: string, ...jobs: readonly Job[]) =>
  askedAgain({ readJob: async (id) => jobs.find(({ jobId }) => jobId === id) }, body, never)

test('a job that the door let in once is asked for again as it was recorded', async () => {
  const job = outgrown()
  const body = encodeJobRequest(requestOf(job))
  expect(() => requestsIn(body, [])).toThrow(/response: wanted/)
  expect(await asking(body, job)).toEqual({ clientToken: job.clientToken, spec: job.spec })
})

test('a job that there is not, or that has another spec, is not', async () => {
  const job = outgrown()
  const body = encodeJobRequest(requestOf(job))
  expect(await asking(body)).toBeUndefined()
  const batching = { ...job.spec.batching, rows: 7 }
  expect(await asking(body, { ...job, spec: { ...job.spec, batching } })).toBeUndefined()
})

test.for(['no JSON', '{"version":2}', '{"Records":[]}'])('%s asks for nothing', async (body) => {
  expect(await asking(body, outgrown())).toBeUndefined()
})
