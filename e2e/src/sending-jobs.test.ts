import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { type Job, jobIdOf } from '@millrace/job'
import { listJobs, readJob, type UnreadableJob } from '@millrace/ledger'
import { publish } from '@millrace/queue'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { BUCKET, type Fleet, startFleet } from './support/fleet.ts'
import { expectedResult, flights } from './support/flights.ts'
import { objectsOf } from './support/objects.ts'
import { startQueryProtocol } from './support/query-protocol.ts'

const throwing = ({ error }: UnreadableJob): never => {
  throw error
}

/*
 * Senders that know nothing of Millrace but docs/sending-jobs.md: its programs as they stand on the page, an
 * event of S3, and twenty messages that are wrong in one way each.
 */

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const guide = await readFile(join(root, 'docs/sending-jobs.md'), 'utf8')
const PYTHON = '/usr/bin/python3'
const hasBoto3 = await run(PYTHON, ['-c', 'import boto3']).then(
  () => true,
  () => false,
)
if (!hasBoto3) console.warn(`sending-jobs.test.ts SKIPS the Python sender: ${PYTHON} lacks boto3`)

const ROWS = 300
const signal = AbortSignal.timeout(300_000)
const template = {
  prefix: `s3://${BUCKET}/data/incoming/`,
  spec: {
    version: 1,
    endpoint: { name: 'flights' },
    output: { uri: `s3://${BUCKET}/results/{name}.csv` },
  },
}
const appEnv = {
  MILLRACE_RECEIVE_WAIT_SECONDS: '1',
  MILLRACE_TEMPLATES: JSON.stringify([template]),
}

let fleet: Fleet
let folder: string

beforeAll(async () => {
  fleet = await startFleet()
  folder = await mkdtemp(join(tmpdir(), 'millrace-senders-'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const table = `${flights.rows.slice(0, ROWS).join('\n')}\n`
  await objectsOf(fleet).put('data/in.csv', table)
  // Consumers come later: until then the planned job has messages to be imitated.
  fleet.start('producer', appEnv)
})

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** The first block of this language on the page. */
function programIn(language: string): string {
  const text = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(guide)?.[1]
  if (text === undefined) throw new Error(`docs/sending-jobs.md has no ${language}`)
  return text
}

/** Runs a program of the page; resolves to the job id that it prints. */
async function submitBy(
  command: string,
  language: string,
  token: string,
  queueUrl: string,
): Promise<string> {
  const file = join(folder, `submit.${language}`)
  await writeFile(file, programIn(language))
  const uris = [`s3://${BUCKET}/data/in.csv`, 'flights', `s3://${BUCKET}/results/${token}.csv`]
  const env = {
    PATH: process.env['PATH'] ?? '',
    ...fleet.cloud.env,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SQS: new URL(queueUrl).origin,
    QUEUE_URL: queueUrl,
  }
  const { stdout } = await run(command, [file, token, ...uris], { env })
  return stdout.trim()
}

/** The job, once its plan is whole. */
async function planned(token: string): Promise<Job> {
  return await vi.waitFor(
    async () => {
      const job = await readJob(fleet.ledger, jobIdOf(token), signal)
      if (job?.plan === undefined) throw new Error(`job of ${token} is ${job?.state}`)
      return job
    },
    { timeout: 60_000, interval: 100 },
  )
}

test.skipIf(!hasBoto3)('the Python of the page submits a job', async () => {
  await using sqs = await startQueryProtocol(fleet.queues.jobs)
  expect(await submitBy(PYTHON, 'python', 'by-python', sqs.queueUrl)).toBe(jobIdOf('by-python'))
  expect(await planned('by-python')).toMatchObject({ plan: { rows: ROWS } })
})

test('the TypeScript of the page submits a job', async () => {
  expect(await submitBy(process.execPath, 'ts', 'by-typescript', fleet.queues.jobs.url)).toBe(
    jobIdOf('by-typescript'),
  )
  expect(await planned('by-typescript')).toMatchObject({ plan: { rows: ROWS } })
})

test('the request on the page is what its shell command sends', () => {
  const body = /--message-body '(.*?)'/s.exec(programIn('sh'))?.[1] ?? ''
  expect(JSON.parse(body)).toEqual(JSON.parse(programIn('json')))
})

describe('a message that is wrong', () => {
  const request = (change: object, specChange: object = {}): string =>
    JSON.stringify({
      version: 1,
      clientToken: 'wrong',
      spec: {
        version: 1,
        dataset: { uri: `s3://${BUCKET}/data/in.csv` },
        endpoint: { name: 'flights' },
        output: { uri: `s3://${BUCKET}/results/wrong.csv` },
        ...specChange,
      },
      ...change,
    })
  const batch = (change: object): string =>
    JSON.stringify({
      version: 1,
      jobId: jobIdOf('by-typescript'),
      batch: 0,
      rows: { start: 0, end: ROWS },
      bytes: { start: 0, end: 10 },
      object: 0,
      ...change,
    })
  const event = (key: string): string =>
    JSON.stringify({
      Records: [
        { eventName: 'ObjectCreated:Put', s3: { bucket: { name: BUCKET }, object: { key } } },
      ],
    })
  const wrong = {
    jobs: [
      ['not_json', 'submit, please'],
      ['not_json', ''.padStart(3, '{')],
      ['invalid', '[]'],
      ['invalid', '{}'],
      ['unknown_version', request({ version: 2 })],
      ['invalid', request({ clientToken: '' })],
      ['invalid', request({ priority: 'high' })],
      ['invalid', request({}, { endpont: { name: 'flights' } })],
      ['invalid', request({}, { dataset: { uri: 'https://elsewhere/in.csv' } })],
      ['request_refused', request({}, { endpoint: { name: 'payroll' } })],
      ['request_refused', request({}, { dataset: { uri: 's3://other-bucket/secret.csv' } })],
      ['request_refused', request({}, { output: { uri: `s3://${BUCKET}/data/out.csv` } })],
      ['invalid', request({}, { output: { uri: `s3://${BUCKET}/data/in.csv` } })],
      ['too_large', request({ clientToken: 'x'.repeat(140_000) })],
      ['no_template', event('elsewhere/day.csv')],
    ],
    batches: [
      ['not_json', '0..100'],
      ['unknown_version', batch({ version: 7 })],
      ['invalid', batch({ rows: { start: 10, end: 10 } })],
      ['invalid', batch({ uri: 's3://other-bucket/secret.csv' })],
      ['job_unknown', batch({ jobId: 'j-00000000000000000000' })],
      ['batch_not_planned', batch({ bytes: { start: 0, end: 10 } })],
      ['batch_not_planned', batch({ batch: 99 })],
    ],
    completions: [
      ['not_json', 'done'],
      ['invalid', '{"version":1}'],
      ['unknown_version', `{"version":3,"jobId":"${jobIdOf('by-typescript')}"}`],
    ],
  } as const

  /** Code by body of what has been set aside, when there is so much. */
  async function setAside(queue: keyof typeof wrong): Promise<string[][]> {
    const QueueUrl = fleet.cloud.env[`MILLRACE_${queue.toUpperCase()}_DLQ_URL`]
    const { client } = fleet.queues[queue]
    const found = new Map<string, string>()
    while (found.size < wrong[queue].length) {
      signal.throwIfAborted()
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 1,
          MessageAttributeNames: ['All'],
        }),
      )
      for (const { Body = '', MessageAttributes, ReceiptHandle } of Messages) {
        expect(MessageAttributes?.['reason']?.StringValue).toBeTruthy()
        found.set(Body, MessageAttributes?.['code']?.StringValue ?? '')
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      }
    }
    return wrong[queue].map(([, body]) => [found.get(body) ?? 'not set aside', body])
  }

  test('is set aside with its reason, and harms no job', { timeout: 180_000 }, async () => {
    await planned('by-typescript')
    for (const queue of ['jobs', 'batches', 'completions'] as const) {
      const bodies = wrong[queue].map(([, body]) => ({ body }))
      await publish(fleet.queues[queue], bodies, signal)
    }
    fleet.start('consumer', appEnv)
    fleet.start('aggregator', appEnv)
    for (const queue of ['jobs', 'batches', 'completions'] as const) {
      expect(await setAside(queue)).toEqual(wrong[queue].map((one) => [...one]))
    }

    const tokens = hasBoto3 ? ['by-python', 'by-typescript'] : ['by-typescript']
    for (const token of tokens) {
      expect(await fleet.ended(token)).toMatchObject({ state: 'succeeded' })
      const result = await objectsOf(fleet).get(`results/${token}.csv`)
      expect(result).toBe(expectedResult(flights.answers.slice(0, ROWS)))
    }
    expect(await readJob(fleet.ledger, jobIdOf('wrong'), signal)).toBeUndefined()
    expect(
      await Array.fromAsync(listJobs(fleet.ledger, { active: true }, throwing, signal)),
    ).toEqual([])
  })
})

test('an object created in S3 becomes a job by its template', async () => {
  const rows = flights.rows.slice(0, ROWS)
  const put = async (text: string): Promise<string> => {
    const key = 'data/incoming/day.csv'
    const eTag = (await objectsOf(fleet).put(key, text)).replaceAll('"', '')
    const s3 = { bucket: { name: BUCKET }, object: { key, eTag } }
    return JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] })
  }
  const overwritten = await put('1,2\n')
  const body = await put(`${rows.join('\n')}\n`)
  await publish(fleet.queues.jobs, [{ body: overwritten }, { body }, { body }], signal)
  const result = await vi.waitFor(
    async () => {
      const text = await objectsOf(fleet).get('results/day.csv')
      if (text === undefined) throw new Error('no result yet')
      return text
    },
    { timeout: 60_000, interval: 200 },
  )
  expect(result).toBe(expectedResult(flights.answers.slice(0, ROWS)))
})
