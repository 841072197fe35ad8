import type { Readable } from 'node:stream'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { createS3Backend, createS3Client, createStorage, type Storage } from '@millrace/storage'
import { startProcess } from './harness/server-process.ts'

/*
 * What reading a large object from S3 costs: CPU seconds a gigabyte of this process, against the SDK's
 * own GetObject stream in the same run, from a plain HTTP server and from the emulator. Then what one
 * batch's ranged read costs. The servers run in processes of their own.
 */

const GB = 1_000_000_000
/** The bar: our CPU divided by the SDK's, the median of the rounds. */
const SHARE_MAX = 0.5
const ROUNDS = 3
const SERVERS = [
  { kind: 'plain', bytes: GB, title: 'plain HTTP server, 1 GB' },
  { kind: 'emulator', bytes: GB / 4, title: 'emulator, 250 MB' },
] as const
const BATCH_BYTES = 24_000
const BATCH_READS = 2_000

const uri = 's3://bucket/data.csv'
const signal = new AbortController().signal

interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
}

/** Prints each way of reading; sets the exit code when ours costs more than the bar. */
export async function main(): Promise<void> {
  for (const { kind, bytes, title } of SERVERS) {
    await using server = await startProcess('storage/server.ts', kind, String(bytes))
    await using ways = openWays(server.url)
    if (kind === 'emulator') await fill(ways.direct, bytes)
    console.log(title)
    await compareStreams(ways, bytes)
    await compareBatches(ways)
  }
}

async function compareStreams(ways: Ways, bytes: number): Promise<void> {
  const costs: Record<string, Cost[]> = {}
  const buffers = Array.from({ length: 5 }, () => Buffer.alloc(8 * 1024 * 1024))
  for (let round = 0; round < ROUNDS; round += 1) {
    await measure(costs, 'SDK GetObject stream', bytes, () => drainSdk(ways.client))
    await measure(costs, 'millrace, by the SDK', bytes, () => drain(ways.bySdk, { buffers }))
    await measure(costs, 'millrace, own memory', bytes, () => drain(ways.direct, {}))
    await measure(costs, 'millrace, lent memory', bytes, () => drain(ways.direct, { buffers }))
  }
  const perGb = (cost: Cost): number => (cost.cpuSeconds / bytes) * GB
  for (const [name, rounds] of Object.entries(costs)) {
    const speed = median(rounds.map(({ seconds }) => bytes / GB / seconds)).toFixed(2)
    const cpu = median(rounds.map(perGb)).toFixed(2)
    console.log(`  ${name.padEnd(22)} ${speed} GB/s   ${cpu} CPU s/GB`)
  }
  const { [SDK]: sdk = [], [OURS]: ours = [] } = costs
  judge(median(ours.map((cost, round) => perGb(cost) / perGb(sdk[round]!))))
}

const SDK = 'SDK GetObject stream'
const OURS = 'millrace, lent memory'

function judge(share: number): void {
  const holds = share <= SHARE_MAX
  if (!holds) process.exitCode = 1
  const verdict = holds ? 'holds' : 'FAILS'
  console.log(`  ${share.toFixed(2)} of the SDK's CPU, bar ${SHARE_MAX}: ${verdict}`)
}

async function compareBatches({ direct, bySdk }: Ways): Promise<void> {
  for (const [name, storage] of [
    ['by the SDK', bySdk],
    ['directly', direct],
  ] as const) {
    const [object] = await storage.pin(uri, signal)
    const { cpuSeconds } = await costOf(async () => {
      for (let read = 0; read < BATCH_READS; read += 1) {
        const start = read * BATCH_BYTES
        await storage.read(object!, { start, end: start + BATCH_BYTES }, signal)
      }
    })
    const micros = ((cpuSeconds / BATCH_READS) * 1e6).toFixed(0)
    console.log(`  a batch of ${BATCH_BYTES / 1_000} KB ${name}: ${micros} µs of CPU`)
  }
}

interface Ways extends AsyncDisposable {
  readonly client: S3Client
  readonly direct: Storage
  readonly bySdk: Storage
}

function openWays(endpoint: string): Ways {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = createS3Client({ region: 'us-east-1', endpoint, credentials })
  const direct = createStorage({ s3: createS3Backend(client) })
  const bySdk = createStorage({ s3: createS3Backend(client, 'sdk') })
  return {
    client,
    direct,
    bySdk,
    async [Symbol.asyncDispose]() {
      await direct.close()
      await bySdk.close()
      client.destroy()
    },
  }
}

async function drainSdk(client: S3Client): Promise<number> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'data.csv' }))
  let bytes = 0
  for await (const piece of Body as Readable as AsyncIterable<Buffer>) bytes += piece.length
  return bytes
}

async function drain(storage: Storage, options: { buffers?: Buffer[] }): Promise<number> {
  const [object] = await storage.pin(uri, signal)
  let bytes = 0
  for await (const piece of storage.stream(object!, options, signal)) bytes += piece.length
  return bytes
}

async function measure(
  costs: Record<string, Cost[]>,
  name: string,
  wanted: number,
  drain: () => Promise<number>,
): Promise<void> {
  let bytes = 0
  const cost = await costOf(async () => {
    bytes = await drain()
  })
  if (bytes !== wanted) throw new Error(`${name}: ${bytes} bytes came, wanted ${wanted}`)
  ;(costs[name] ??= []).push(cost)
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { seconds: (performance.now() - startedAt) / 1_000, cpuSeconds: (user + system) / 1e6 }
}

async function fill(storage: Storage, bytes: number): Promise<void> {
  const block = Buffer.alloc(8 * 1024 * 1024, '0.12,0.5,17,0.003,1e-7,42\n')
  const writer = await storage.createWriter(uri, signal)
  for (let done = 0; done < bytes; done += block.length) {
    await writer.write(block.subarray(0, bytes - done))
  }
  await writer.commit()
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN
