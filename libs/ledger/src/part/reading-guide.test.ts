import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { type Cloud, startCloud } from '@millrace/cloud'
import { type Documents, type Job, type JobId, jobIdOf, jobSpecSchema } from '@millrace/job'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createJob,
  createLedgerClient,
  createProgressMarker,
  type Ledger,
  type Part,
  putPart,
  sealPlan,
  settleProgress,
} from '../index.ts'

/* The programs of docs/reading-results.md, cut out of the page, read what this library has written. */

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../../..')
const PYTHON = '/usr/bin/python3'
const hasPython = await run(PYTHON, ['-c', 'import boto3, zstandard']).then(
  () => true,
  () => false,
)
if (!hasPython) console.log(`skipped: ${PYTHON} lacks python3-boto3 or python3-zstandard`)

const BUCKET = 'millrace-guide'
const signal = new AbortController().signal
const job: Job = {
  jobId: jobIdOf('guide'),
  clientToken: 'guide',
  spec: jobSpecSchema.parse({
    version: 1,
    dataset: { uri: 's3://data/rows.csv' },
    endpoint: { name: 'churn' },
    output: { uri: 's3://results/rows.csv' },
  }),
  state: 'running',
  partitions: 2,
  createdAt: 1_000,
}

/** More text than an item takes, and hard to compress: 17 digits of each square root. */
const large = Array.from({ length: 60_000 }, (_, row) => `root,${Math.sqrt(row)}`)
const parts: readonly string[][] = [
  ['0.9531221389770508', '0.09883742034435272', '', '1.0', '4.999999873689376e-05'],
  ['cat,0.25', '', 'Zürich'],
  large,
]
/** The first part, as JavaScript prints it. */
const numbers = ['0.9531221389770508', '0.09883742034435272', '', '1', '0.00004999999873689376']
const expired = ['0.5']

/** A job whose parts lie in their items. */
const small: Job = { ...job, jobId: jobIdOf('small guide'), clientToken: 'small guide' }

/** A retry of the job: it has scored the second batch again, and put it into a document of its own. */
const retry: Job = {
  ...job,
  jobId: jobIdOf('guide again'),
  clientToken: 'guide again',
  retryOf: { jobId: job.jobId, layers: [job.jobId] },
}
/** Too many digits for an item, and hard to compress. */
const digits = Array.from({ length: 60_000 }, (_, row) => String(Math.sqrt(row)).slice(2)).join('')
const mended = ['cat,0.25', `dog,${digits}`, 'Zürich']

let cloud: Cloud
let folder: string
let ledger: Ledger
let dispose: () => void

beforeAll(async () => {
  cloud = await startCloud({ buckets: [BUCKET] })
  folder = await mkdtemp(join(tmpdir(), 'millrace-guide-'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const region = 'us-east-1'
  const { credentials } = cloud
  const endpointUrl = cloud.env['AWS_ENDPOINT_URL_DYNAMODB']
  const client = createLedgerClient({ region, endpointUrl, credentials })
  const endpoint = cloud.env['AWS_ENDPOINT_URL_S3'] ?? ''
  const s3 = new S3Client({ region, endpoint, forcePathStyle: true, credentials })
  ledger = { client, tableName: cloud.env['MILLRACE_LEDGER_TABLE'] ?? '' }
  dispose = () => [client, s3].forEach((one) => one.destroy())
  for (const each of [job, small, retry]) await createJob(ledger, each, signal)
  const documentsOf = (jobId: JobId): Documents => ({
    read: async () => undefined,
    write: async (name, bytes) => {
      const Key = `work/${jobId}/${name}`
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: bytes }))
    },
  })
  let start = 0
  for (const [batch, texts] of [...parts, expired].entries()) {
    const ends = texts === expired ? { expiresAt: 1_500 } : {}
    const part = { ...partOf(batch, start, texts), ...ends }
    await putPart(ledger, part, documentsOf(job.jobId), signal)
    start += texts.length
  }
  for (const [batch, texts] of parts.slice(0, 2).entries()) {
    const part = { ...partOf(batch, batch * 5, texts), jobId: small.jobId }
    await putPart(ledger, part, documentsOf(small.jobId), signal)
  }
  const again = { ...partOf(1, 5, mended), jobId: retry.jobId }
  await putPart(ledger, again, documentsOf(retry.jobId), signal)
})
afterAll(async () => {
  dispose()
  await cloud.close()
  await rm(folder, { recursive: true, force: true })
})

function partOf(
  batch: number,
  start: number,
  texts: readonly string[],
): Part & { partitions: number } {
  const failures = texts.flatMap((text, index) =>
    text === '' ? [{ row: start + index, code: 'row_refused', message: 'odd' }] : [],
  )
  return {
    jobId: job.jobId,
    partitions: job.partitions,
    batch,
    rows: { start, end: start + texts.length },
    predictions: Buffer.from(texts.join('\n')),
    failures,
    inputHash: 'a'.repeat(64),
    attempt: 1,
    invocations: 1,
    throttles: 0,
    durationMs: 5,
    recordedAt: 1_000,
  }
}

type Which = 'ten lines' | 'all' | 'watermark'

/** The page has two programs for parts in each language, one of ten lines and one for every job; and one more. */
async function programOf(language: 'python' | 'ts', which: Which): Promise<string> {
  const page = await readFile(join(root, 'docs/reading-results.md'), 'utf8')
  const programs = [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))]
  const program = programs[['ten lines', 'all', 'watermark'].indexOf(which)]?.[1]
  if (program === undefined) throw new Error(`the page has no program in ${language}`)
  return program
}

/** Where the services are is told by the environment, which boto3 reads from 1.28 on; Debian's is older. */
const OLDER_BOTO3 = `
import os, boto3.session
make = boto3.session.Session.client
def there(self, name, **more):
    return make(self, name, **{**more, "endpoint_url": os.environ[f"AWS_ENDPOINT_URL_{name.upper()}"]})
boto3.session.Session.client = there
`

/** What the program prints, by first row. */
async function read(
  command: string,
  language: 'python' | 'ts',
  { jobId }: Job = job,
  which: Which = 'all',
): Promise<Map<string, string[]>> {
  const path = join(folder, language === 'ts' ? 'read.mts' : 'read.py')
  await writeFile(path, await programOf(language, which))
  const args = [path, ledger.tableName, jobId, `s3://${BUCKET}/work/`]
  const env = { ...cloud.env, AWS_DEFAULT_REGION: 'us-east-1', PYTHONPATH: folder }
  await writeFile(join(folder, 'sitecustomize.py'), OLDER_BOTO3)
  const { stdout } = await run(command, args, { env, maxBuffer: 2 ** 26, signal })
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
  return new Map(lines.map(([row = '', ...predictions]) => [row, predictions]))
}

const linesOf = (program: string): string[] =>
  program.split('\n').filter((line) => line.trim() !== '')

describe('a reader of ten lines', () => {
  test.for(['python', 'ts'] as const)('in %s, has ten lines', async (language) => {
    expect(linesOf(await programOf(language, 'ten lines'))).toHaveLength(10)
  })

  test.skipIf(!hasPython)('in Python, prints what the endpoint sent', async () => {
    const found = await read(PYTHON, 'python', small, 'ten lines')
    expect(found).toEqual(
      new Map([
        ['0', parts[0]],
        ['5', parts[1]],
      ]),
    )
  })

  test('in TypeScript, prints the same numbers', async () => {
    const found = await read(process.execPath, 'ts', small, 'ten lines')
    expect(found).toEqual(
      new Map([
        ['0', numbers],
        ['5', parts[1]],
      ]),
    )
  })
})

describe('a reader out of the guide', () => {
  test.skipIf(!hasPython)('in Python, prints what the endpoint sent', async () => {
    const found = await read(PYTHON, 'python')
    expect([...found.keys()].map(Number).sort((a, b) => a - b)).toEqual([0, 5, 8])
    expect([found.get('0'), found.get('5'), found.get('8')]).toEqual(parts)
    const merged = await read(PYTHON, 'python', retry)
    expect([...merged.keys()].map(Number).sort((a, b) => a - b)).toEqual([0, 5, 8])
    expect([merged.get('0'), merged.get('5')]).toEqual([parts[0], mended])
  })

  test('in TypeScript, prints the same numbers', async () => {
    const found = await read(process.execPath, 'ts')
    expect([found.get('0'), found.get('5'), found.get('8')]).toEqual([numbers, ...parts.slice(1)])
    expect(found.size).toBe(3)
    const merged = await read(process.execPath, 'ts', retry)
    expect([merged.get('0'), merged.get('5'), merged.get('8')]).toEqual([numbers, mended, large])
    expect(merged.size).toBe(3)
  })
})

describe('the watermark by the guide', () => {
  const upTo = (end: number): number[] => Array.from({ length: end }, (_, batch) => batch)
  const all = { batches: 200, marked: upTo(200), sealed: true }

  test.for([
    ['of a job that is complete', 'complete', all, 200],
    ['of one with a gap', 'gap', { ...all, marked: upTo(200).filter((it) => it !== 5) }, 5],
    ['of one that has begun its second item', 'second', { ...all, marked: upTo(138) }, 138],
    ['of one whose last item is missing', 'missing', { ...all, marked: upTo(128) }, 128],
    ['of a whole number of items', 'whole', { ...all, batches: 256, marked: upTo(256) }, 256],
    ['before its plan is whole', 'growing', { ...all, marked: upTo(130), sealed: false }, 130],
    ['of one without a part', 'nothing', { ...all, marked: [] }, 0],
  ] as const)('%s, is the batches that are done', async ([, token, plan, batches]) => {
    const made = { ...job, jobId: jobIdOf(token), clientToken: token, state: 'planning' as const }
    await createJob(ledger, made, signal)
    await record(made, plan)
    await putLast(made.jobId, batches)
    expect(await watermarkOf(made)).toBe(String(batches * 2))
  })

  test('of a retry, is found by the part of the job below', async () => {
    const [base, again] = [jobIdOf('base'), jobIdOf('retry of base')]
    const made = {
      ...retry,
      jobId: again,
      clientToken: 'retry of base',
      state: 'planning' as const,
    }
    await createJob(ledger, { ...made, retryOf: { jobId: base, layers: [base] } }, signal)
    await record(made, all)
    await putLast(base, 200)
    expect(await watermarkOf(made)).toBe('400')
  })

  const watermarkOf = async (made: Job): Promise<string | undefined> => {
    const found = await read(process.execPath, 'ts', made, 'watermark')
    return [...found.keys()][0]
  }

  /** The part of the last batch below the watermark; each has two rows. */
  const putLast = async (jobId: JobId, batches: number): Promise<void> => {
    if (batches === 0) return
    const part = { ...partOf(batches - 1, batches * 2 - 2, ['0.5', '0.7']), jobId }
    const none = { read: async () => undefined, write: async () => {} }
    await putPart(ledger, part, none, signal)
  }
})

async function record(
  { jobId }: Job,
  plan: { readonly batches: number; readonly marked: readonly number[]; readonly sealed: boolean },
): Promise<void> {
  const marker = createProgressMarker(ledger)
  await Promise.all(plan.marked.map((batch) => marker.mark({ jobId }, batch, 0, signal)))
  if (!plan.sealed) return
  const totals = { batches: plan.batches, rows: plan.batches * 2 }
  await sealPlan(ledger, jobId, totals, { now: 1_000 }, signal)
  await settleProgress(ledger, { jobId }, totals, signal)
}
