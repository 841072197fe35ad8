import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import {
  encodePlanSegment,
  type Job,
  jobIdOf,
  jobSpecSchema,
  limits,
  type PinnedDataset,
  planSegmentName,
  writePinnedDataset,
} from '@millrace/job'
import { createJob, createLedgerClient } from '@millrace/ledger'
import { createStorage, jobDocuments } from '@millrace/storage'
import { beginThread } from '../../../../apps/aggregator/src/thread/ask-thread.ts'
import { configSchema } from '../../../../apps/aggregator/src/config.ts'
import { createDeps, type World } from '../../../../apps/aggregator/src/connect.ts'
import { BATCH_ROWS, columnNames, JOB, PARTITIONS, type Table } from './data.ts'
import { peakMemoryKb } from '../harness/peak-memory.ts'

/**
 * `export/run.ts <folder> <ledger URL> none|all`: claims a job and writes its result, as the aggregator does, and
 * says what the writing took; the second time too.
 */
const [folder = '', ledgerUrl = '', join = 'none'] = process.argv.slice(2)
const WAITED_MS = 250
const uri = (name: string): string => `${pathToFileURL(folder).href}/${name}`
const table = JSON.parse(readFileSync(`${folder}/table.json`, 'utf8')) as Table
const { signal } = new AbortController()
const storage = createStorage({})
const config = configSchema.parse({
  AWS_REGION: 'us-east-1',
  MILLRACE_COMPLETIONS_QUEUE_URL: 'http://127.0.0.1/0/completions',
  MILLRACE_JOBS_QUEUE_URL: 'http://127.0.0.1/0/jobs',
  MILLRACE_LEDGER_TABLE: 'ledger',
  MILLRACE_WORK_URI: uri('work/'),
})
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const client = createLedgerClient({ region: 'us-east-1', endpointUrl: ledgerUrl, credentials })
const nobody = { client: {} as never, url: '' }
const world: World = {
  ledger: { client, tableName: 'ledger' },
  storage,
  completions: nobody,
  jobs: nobody,
  owner: 'bench',
}
const deps = createDeps(config, world)
await createJob(world.ledger, await describeJob(), signal)

// The aggregator begins it a second after its start.
beginThread()
await setTimeout(WAITED_MS)
const claim = await deps.claim(jobIdOf(JOB), signal)
if (claim.kind !== 'claimed') throw new Error(`claim: ${claim.kind}`)
const held = claim
const first = await exportOnce()
const memoryMb = peakMemoryKb() / 1_024
const { seconds: secondsAgain } = await exportOnce()
process.stdout.write(JSON.stringify({ ...first, memoryMb, secondsAgain }))
client.destroy()
await storage.close()

async function exportOnce(): Promise<{ seconds: number; cpuSeconds: number }> {
  const startedAt = performance.now()
  const startedCpu = process.cpuUsage()
  await deps.writeResult(held, signal)
  const { user, system } = process.cpuUsage(startedCpu)
  return {
    seconds: (performance.now() - startedAt) / 1_000,
    cpuSeconds: (user + system) / 1e6,
  }
}

/** What the producer leaves behind of a job: its pin and its plan. */
async function describeJob(): Promise<Job> {
  const jobId = jobIdOf(JOB)
  const documents = jobDocuments(storage, config.MILLRACE_WORK_URI, jobId)
  const objects = await storage.pin(uri('features.csv'), signal)
  const width = columnNames.length
  const dataset: PinnedDataset = { objects, header: true, columns: columnNames, width }
  const pin = await writePinnedDataset(documents, dataset, signal)
  const batches = table.batches.map((bytes, batch) => {
    const start = batch * BATCH_ROWS
    return { batch, rows: { start, end: start + BATCH_ROWS }, bytes, object: 0 }
  })
  for (let first = 0; first < batches.length; first += limits.planSegmentBatches) {
    const segment = batches.slice(first, first + limits.planSegmentBatches)
    const name = planSegmentName(first / limits.planSegmentBatches)
    await documents.write(name, encodePlanSegment(segment), signal)
  }
  return {
    jobId,
    clientToken: JOB,
    spec: jobSpecSchema.parse({
      version: 1,
      dataset: { uri: uri('features.csv') },
      endpoint: { name: 'bench' },
      output: { uri: uri(`millrace-${join}.csv`), join },
    }),
    state: 'running',
    partitions: PARTITIONS,
    createdAt: 1_000,
    startedAt: 1_001,
    plan: { batches: batches.length, rows: batches.length * BATCH_ROWS },
    dataset: pin,
  }
}
