import { jobIdOf, jobSpecSchema, type Job } from '@millrace/job'
import {
  createS3Backend,
  createS3Client,
  createStorage,
  jobDocuments,
  readersFor,
} from '@millrace/storage'
import { pinDataset } from '../../../../apps/producer/src/dataset/pin-dataset.ts'
import { scanBatches } from '../../../../apps/producer/src/dataset/scan-batches.ts'
import { peakMemoryKb } from '../harness/peak-memory.ts'

/** `producer/plan.ts <dataset> <work folder>`: pins and scans a dataset, and prints what that took. */
const [uri = '', workUri = ''] = process.argv.slice(2)
const job: Job = {
  jobId: jobIdOf(uri),
  clientToken: uri,
  spec: jobSpecSchema.parse({
    version: 1,
    dataset: { uri },
    endpoint: { name: 'bench' },
    output: { uri: 's3://bucket/result.csv' },
  }),
  state: 'planning',
  partitions: 16,
  createdAt: 0,
}
const endpoint = process.env['AWS_ENDPOINT_URL_S3']
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const s3 =
  endpoint === undefined
    ? undefined
    : createS3Client({ region: 'us-east-1', endpoint, credentials })
const storage = createStorage(s3 === undefined ? {} : { s3: createS3Backend(s3) })
const documents = jobDocuments(storage, workUri, job.jobId)
const { signal } = new AbortController()

const startedAt = performance.now()
const startedCpu = process.cpuUsage()
const dataset = await pinDataset(
  {
    documents,
    pin: ({ uri }, aborted) => storage.pin(uri, aborted),
    read: storage.read,
    spool: async (objects) => objects,
    recordPin: async (_, pin) => pin,
  },
  job,
  signal,
)
const totals = { rows: 0, batches: 0, tooLarge: 0 }
const deps = {
  documents,
  read: (object: Parameters<typeof storage.read>[0], aborted: AbortSignal) =>
    storage.read(object, { start: 0, end: object.bytes }, aborted),
  stream: storage.stream,
  readersFor,
}
for await (const { rows, bytes } of scanBatches(deps, job, dataset, signal)) {
  totals.rows = rows.end
  totals.batches += 1
  if (bytes.end - bytes.start > job.spec.batching.payloadBytesMax) totals.tooLarge += 1
}
const { user, system } = process.cpuUsage(startedCpu)
const seconds = (performance.now() - startedAt) / 1_000
const memoryMb = peakMemoryKb() / 1_024
process.stdout.write(
  JSON.stringify({ ...totals, seconds, cpuSeconds: (user + system) / 1e6, memoryMb }),
)
process.exit()
