import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type Batch,
  encodePlanSegment,
  type Job,
  jobIdOf,
  type JobSpecInput,
  jobSpecSchema,
  type PinnedDataset,
  writePinnedDataset,
} from '@millrace/job'
import {
  createJob,
  createLedgerClient,
  createProgressMarker,
  type Ledger,
  pinDataset,
  putPart,
  sealPlan,
} from '@millrace/ledger'
import {
  createS3Backend,
  createS3Client,
  createStorage,
  jobDocuments,
  type Storage,
} from '@millrace/storage'
import { type Config, configSchema } from './config.ts'
import type { World } from './connect.ts'
import { never, partOf } from './test-data.fixture.ts'

const FIRST_SECOND = 1_000

/** A real ledger and real storage, with jobs in them that only the aggregator has not seen yet. */
export interface Recorded extends AsyncDisposable {
  readonly ledger: Ledger
  readonly storage: Storage
  readonly config: Config
  world(change?: Partial<World>): World
  /** Records a job whose rows have these predictions, a list for each batch; an empty one failed. */
  record(token: string, batches: readonly (readonly string[])[], spec: Spec): Promise<Job>
  /** What lies in the folder or below the prefix of results, by name; never a temporary file. */
  results(): Promise<Map<string, string>>
  clear(): Promise<void>
}

type Spec = Pick<Partial<JobSpecInput>, 'decision'> & {
  readonly output?: Omit<Partial<JobSpecInput['output']>, 'uri'>
  /** Below the place of results. */
  readonly name: string
  /** That place; a folder, unless it is told. */
  readonly base?: string
}

/** The local cloud that a test has started. */
interface Cloud {
  readonly env: Readonly<Record<string, string>>
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  close(): Promise<void>
}

export async function startRecorded(cloud: Cloud): Promise<Recorded> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-recorded-'))
  const { env, credentials } = cloud
  const endpoint = env['AWS_ENDPOINT_URL_S3'] ?? ''
  const client = createLedgerClient({
    region: 'us-east-1',
    endpointUrl: env['AWS_ENDPOINT_URL_DYNAMODB'],
    credentials,
  })
  const s3 = createS3Client({ region: 'us-east-1', endpoint, credentials })
  const ledger = { client, tableName: env['MILLRACE_LEDGER_TABLE'] ?? '' }
  const storage = createStorage({ s3: createS3Backend(s3) })
  const uri = (name: string): string => `${pathToFileURL(folder).href}/${name}`
  const config = configSchema.parse({
    ...env,
    AWS_REGION: 'us-east-1',
    MILLRACE_WORK_URI: uri('work/'),
    MILLRACE_RESULTS_ALLOWED: uri('results/'),
  })
  const queue = { client: { send: () => Promise.reject(new Error('no queue')) } as never, url: '' }

  return {
    ledger,
    storage,
    config,
    world: (change = {}) => ({
      ledger,
      storage,
      completions: queue,
      jobs: queue,
      owner: 'test',
      ...change,
    }),
    record: async (token, batches, { name, base, output, decision }) => {
      const { batches: planned, text } = planFor(batches)
      const dataset = join(folder, `${token}.csv`)
      await writeFile(dataset, text)
      const spec = jobSpecSchema.parse({
        version: 1,
        dataset: { uri: pathToFileURL(dataset).href, csv: { header: 'absent' } },
        endpoint: { name: 'churn-v3' },
        output: { ...output, uri: `${base ?? uri('results/')}${name}` },
        ...(decision === undefined ? {} : { decision }),
      })
      return await recordJob({ ledger, storage, config }, token, { spec, planned, batches })
    },
    results: async () => await filesIn(join(folder, 'results')),
    clear: async () => await rm(join(folder, 'results'), { recursive: true, force: true }),
    async [Symbol.asyncDispose]() {
      client.destroy()
      s3.destroy()
      await storage.close()
      await cloud.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** A row is its number and a quoted field with a newline in it. */
function planFor(batches: readonly (readonly string[])[]): { batches: Batch[]; text: string } {
  let row = 0
  let text = ''
  const planned = batches.map((predictions, batch) => {
    const start = { row, byte: text.length }
    for (const _ of predictions) text += `${row++},"a\nb"\n`
    const rows = { start: start.row, end: row }
    return { batch, rows, bytes: { start: start.byte, end: text.length }, object: 0 }
  })
  return { batches: planned, text }
}

async function recordJob(
  { ledger, storage, config }: Pick<Recorded, 'ledger' | 'storage' | 'config'>,
  token: string,
  job: { spec: Job['spec']; planned: readonly Batch[]; batches: readonly (readonly string[])[] },
): Promise<Job> {
  const jobId = jobIdOf(token)
  const { spec, planned } = job
  const documents = jobDocuments(storage, config.MILLRACE_WORK_URI, jobId)
  const facts = { jobId, clientToken: token, spec, partitions: 2, createdAt: FIRST_SECOND }
  await createJob(ledger, { ...facts, state: 'planning' }, never)

  const objects = await storage.pin(spec.dataset.uri, never)
  const dataset: PinnedDataset = { objects, header: false, width: 2 }
  const pin = await writePinnedDataset(documents, dataset, never)
  await pinDataset(ledger, jobId, pin, never)
  await documents.write('plan/000000.bin', encodePlanSegment(planned), never)
  const plan = { batches: planned.length, rows: planned.at(-1)?.rows.end ?? 0 }
  await sealPlan(ledger, jobId, plan, { now: FIRST_SECOND + 1 }, never)

  const marker = createProgressMarker(ledger)
  const recordBatch = async (batch: Batch): Promise<void> => {
    const { lines, ...facts } = partOf(batch, job.batches[batch.batch] ?? [])
    const part = { ...facts, predictions: lines.text, jobId, partitions: 2 }
    await putPart(ledger, part, documents, never)
    await marker.mark({ jobId, plan }, batch.batch, part.failures.length, never)
  }
  await Promise.all(planned.map(recordBatch))
  return { ...facts, state: 'running', plan, dataset: pin }
}

async function filesIn(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
  const files = names.map(async ({ parentPath, name }): Promise<[string, string]> => {
    const path = join(parentPath, name)
    return [path.slice(folder.length + 1), await readFile(path, 'latin1')]
  })
  return new Map((await Promise.all(files)).sort(([a], [b]) => (a < b ? -1 : 1)))
}
