import { join } from 'node:path'
import { createInvoke } from '@millrace/invocation'
import {
  AT_ONCE,
  compareCpu,
  type Contender,
  inThisProcess,
  judge,
  steadyCpu,
} from './harness/cpu-rounds.ts'
import { startBoto3 } from './invoke/boto3.ts'
import { BATCHES_IN_TABLE, body, credentials, endpoint, never, region, row } from './invoke/data.ts'
import { decodeNs } from './invoke/decode.ts'
import { openSockets, openUndici } from './invoke/floor.ts'
import { recordJob } from './invoke/job.ts'
import { openRecords } from './invoke/record.ts'
import { startContender } from './harness/line-contender.ts'
import { startProcess } from './harness/server-process.ts'

/*
 * CPU for one invocation of 100 rows in 24 KB, all ways in turn in one run: AWS's client, ours, undici and a
 * raw socket with nothing but a signature, boto3; for the record of its part by AWS's client and by ours; and
 * for a batch: its rows read from S3, invoked, decoded, put into the ledger, by our libraries, by AWS's clients
 * as they come, and by sockets. What a consumer does with the message of such a batch is held to the same bars:
 * it also holds the message to the plan and the rows to their width, keeps to the limiter, marks and logs. Each
 * of these, S3, endpoint and ledger are processes of their own.
 */

/** Medians of the rounds. */
const SHARE_OF_SDK_MAX = 1 / 8
const SHARE_OF_SOCKET_MAX = 1.3
/** Where the prototype of November 2026 took 200 µs for a batch, AWS's clients took 1,963 and sockets 128. */
const BATCH_SHARE_OF_SDK_MAX = 200 / 1_963
const BATCH_SHARE_OF_SOCKETS_MAX = 200 / 128
const DECODE_NS_MAX = 20

const SDK = 'invoke: AWS’s client'
const OURS = 'invoke: ours'
const SOCKET = 'invoke: raw socket'
const STEPS = 'batch: ours'
const STEPS_BY_SDK = 'batch: AWS’s clients'
const STEPS_BY_SOCKETS = 'batch: raw sockets'
const BATCH = 'batch: as a consumer'

/** Prints µs of CPU; sets the exit code when a bar is missed. */
export async function main(): Promise<void> {
  await using resources = new AsyncDisposableStack()
  const { url } = resources.use(await startProcess('invoke/server.ts'))
  const { url: table } = resources.use(await startProcess('invoke/table-server.ts'))
  const bytes = String(BATCHES_IN_TABLE * body.length)
  const { url: bucket } = resources.use(
    await startProcess('storage/server.ts', 'plain', bytes, row),
  )
  const job = resources.use(await recordJob(bucket, table))

  const options = { region, endpointUrl: url, credentials, connectionsMax: AT_ONCE }
  const ours = createInvoke(options)
  const sdk = createInvoke({ ...options, transport: 'sdk' })
  const undici = openUndici(url)
  const socket = openSockets(url)
  const records = { sdk: openRecords(table, 'sdk'), ours: openRecords(table, 'fast') }
  for (const one of [ours, sdk, undici, socket, records.sdk, records.ours]) {
    resources.defer(async () => void (await one.close()))
  }
  const boto3 = await startBoto3(url, region, job.bodyFile)
  if (boto3 !== undefined) resources.use(boto3)
  const batches = resources.use(
    await startNode('invoke/batch.ts', job.folderUri, bucket, url, table),
  )
  const [steps, stepsBySdk, stepsBySockets] = [
    resources.use(await startNode('invoke/batch-steps.ts', bucket, url, table)),
    resources.use(await startNode('invoke/batch-by-sdk.ts', bucket, url, table)),
    resources.use(await startNode('invoke/batch-by-sockets.ts', bucket, url, table)),
  ]

  const contenders = new Map<string, Contender>([
    [SDK, inThisProcess(() => sdk({ endpoint, body }, never))],
    [OURS, inThisProcess(() => ours({ endpoint, body }, never))],
    ['invoke: undici', inThisProcess(undici.call)],
    [SOCKET, inThisProcess(socket.call)],
    ...(boto3 === undefined ? [] : [['invoke: boto3', boto3.measure] as const]),
    ['record: AWS’s client', inThisProcess(records.sdk.record)],
    ['record: ours', inThisProcess(records.ours.record)],
  ])
  const micros = new Map(await compareCpu(contenders))
  // A consumer at work has no pauses; after one it takes a third more.
  micros.set(STEPS_BY_SDK, await steadyCpu(stepsBySdk.measure))
  micros.set(STEPS_BY_SOCKETS, await steadyCpu(stepsBySockets.measure))
  micros.set(STEPS, await steadyCpu(steps.measure))
  micros.set(BATCH, await steadyCpu(batches.measure))
  for (const [name, value] of micros) {
    console.log(`  ${name.padEnd(22)} ${value.toFixed(1).padStart(8)} µs`)
  }
  const of = (name: string) => micros.get(name) ?? Number.NaN
  judge('invoke: ours over AWS’s client', of(OURS) / of(SDK), SHARE_OF_SDK_MAX)
  judge('invoke: ours over the raw socket', of(OURS) / of(SOCKET), SHARE_OF_SOCKET_MAX)
  for (const batch of [STEPS, BATCH]) {
    judge(`${batch}, over AWS’s clients`, of(batch) / of(STEPS_BY_SDK), BATCH_SHARE_OF_SDK_MAX)
    judge(`${batch}, over sockets`, of(batch) / of(STEPS_BY_SOCKETS), BATCH_SHARE_OF_SOCKETS_MAX)
  }
  judge('decode, ns a value', decodeNs(), DECODE_NS_MAX)
}

const startNode = (program: string, ...args: readonly string[]) =>
  startContender(process.execPath, [join(import.meta.dirname, program), ...args])
