import { createRequire } from 'node:module'
import { DynamoDBClient, GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb'
import { PARTITIONS } from './data.ts'
import { peakMemoryKb } from '../harness/peak-memory.ts'

/*
 * `export/peer.ts <folder> none|all <peers> [<ledger URL> <job>]`: DuckDB's `COPY`. With a ledger it reads
 * the predictions out of the parts, as the guide for readers tells; else they are a file of text already.
 * Input columns are texts to it, so that no byte changes.
 */

const [folder = '', join = '', peers = '', ledgerUrl, job = ''] = process.argv.slice(2)
const duckdb = createRequire(`${peers}/package.json`)('@duckdb/node-api')
const connection = await (await duckdb.DuckDBInstance.create()).connect()
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const client = new DynamoDBClient({ region: 'us-east-1', endpoint: ledgerUrl ?? '', credentials })

if (ledgerUrl !== undefined) await client.send(new GetItemCommand(meta()))

const first = await exportOnce()
const memoryMb = peakMemoryKb() / 1_024
const { seconds: secondsAgain } = await exportOnce()
process.stdout.write(JSON.stringify({ ...first, memoryMb, secondsAgain }))
client.destroy()

async function exportOnce(): Promise<{ seconds: number; cpuSeconds: number }> {
  const startedAt = performance.now()
  const startedCpu = process.cpuUsage()
  if (ledgerUrl !== undefined) await loadParts()
  await connection.run(`copy (${query()}) to '${folder}/${nameOf(join)}' (header, delimiter ',')`)
  const { user, system } = process.cpuUsage(startedCpu)
  return {
    seconds: (performance.now() - startedAt) / 1_000,
    cpuSeconds: (user + system) / 1e6,
  }
}

/** A first call, which nobody is charged for. */
function meta() {
  return { TableName: 'ledger', Key: { PK: { S: `JOB#${job}` }, SK: { S: 'META' } } }
}

function query(): string {
  const file = (name: string): string =>
    `read_csv('${folder}/${name}.csv', header = true, delim = ',', all_varchar = true)`
  const predictions = ledgerUrl === undefined ? file('predictions') : 'parts'
  const added = `"Prediction", case when "Prediction"::double > 0.5 then 1 else 0 end as "Binary Classification"`
  return join === 'all'
    ? `select f.*, ${added} from ${file('features')} f positional join ${predictions} p`
    : `select ${added} from ${predictions}`
}

function nameOf(columns: string): string {
  return `${ledgerUrl === undefined ? 'duckdb-text' : 'duckdb'}-${columns}.csv`
}

/** All partitions at once, in the order of the rows, into a table in DuckDB's memory. */
async function loadParts(): Promise<void> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => readPartition(partition))
  const parts = (await Promise.all(partitions)).flat().sort((a, b) => a.start - b.start)
  await connection.run('create or replace table parts ("Prediction" double)')
  const appender = await connection.createAppender('parts')
  const chunk = duckdb.DuckDBDataChunk.create([duckdb.DOUBLE], 2_048)
  for (const { floats } of parts) {
    for (let from = 0; from < floats.length; from += 2_048) {
      const piece = floats.subarray(from, from + 2_048)
      chunk.rowCount = piece.length
      const column = chunk.getColumnVector(0)
      for (let row = 0; row < piece.length; row += 1) column.setItem(row, piece[row])
      column.flush()
      appender.appendDataChunk(chunk)
    }
  }
  appender.closeSync()
}

interface Floats {
  readonly start: number
  readonly floats: Float32Array
}

async function readPartition(partition: number): Promise<Floats[]> {
  const found: Floats[] = []
  const pages = paginateQuery(
    { client },
    {
      TableName: 'ledger',
      KeyConditionExpression: 'PK = :partition',
      ExpressionAttributeValues: { ':partition': { S: `JOB#${job}#PART#${partition}` } },
      Limit: 1_000,
    },
  )
  for await (const { Items = [] } of pages) {
    for (const { rowStart, predictions } of Items) {
      const bytes = Uint8Array.from(predictions?.B ?? [])
      found.push({ start: Number(rowStart?.N), floats: new Float32Array(bytes.buffer) })
    }
  }
  return found
}
