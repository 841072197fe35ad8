import { hash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { createInvoke, decodePredictions } from '@millrace/invocation'
import { jobIdOf, limits } from '@millrace/job'
import { createLedgerClient, putPart } from '@millrace/ledger'
import { createStorage, s3WhenWanted } from '@millrace/storage'
import { AT_ONCE, inThisProcess } from '../harness/cpu-rounds.ts'
import {
  BATCHES_IN_TABLE,
  body,
  credentials,
  endpoint,
  never,
  region,
  ROWS,
  tableUri,
} from './data.ts'
import { noDocuments, PART } from './record.ts'

/*
 * `invoke/batch-steps.ts <bucket URL> <endpoint URL> <ledger URL>`: the four steps of a batch that AWS's clients
 * and the sockets do beside it, by our libraries: read, invoke, decode, put the part.
 */

const [bucketUrl = '', endpointUrl = '', tableUrl = ''] = process.argv.slice(2)
const storage = createStorage({ s3: s3WhenWanted({ region, endpoint: bucketUrl, credentials }) })
const object = (await storage.pin(tableUri, never))[0]
if (object === undefined) throw new Error(`${tableUri}: nothing there`)
const options = { region, endpointUrl, credentials, connectionsMax: AT_ONCE }
const invoke = createInvoke(options)
const client = createLedgerClient({ region, endpointUrl: tableUrl, credentials })
const ledger = { client, tableName: 'ledger' }
const place = { jobId: jobIdOf('steps'), partitions: limits.partPartitions }
let batches = 0
const measure = inThisProcess(() => processBatch((batches += 1)))
console.log('ready')
for await (const line of createInterface(process.stdin)) console.log(await measure(Number(line)))
await invoke.close()
client.destroy()
await storage.close()

async function processBatch(batch: number): Promise<void> {
  const start = (batch % BATCHES_IN_TABLE) * body.length
  const input = await storage.read(object!, { start, end: start + body.length }, never)
  const inputHash = hash('sha256', input)
  const answer = await invoke({ endpoint, body: input, bodyHash: inputHash }, never)
  const decoded = decodePredictions(answer, ROWS, endpoint.response)
  if (decoded.kind !== 'decoded') throw new Error(decoded.reason)
  const { durationMs } = answer
  const rows = { start: batch * ROWS, end: (batch + 1) * ROWS }
  const { predictions } = decoded
  const part = { ...PART, ...place, batch, rows, predictions, inputHash, durationMs }
  const { kind } = await putPart(ledger, part, noDocuments, never)
  if (kind !== 'recorded') throw new Error(`a part became ${kind}`)
}
