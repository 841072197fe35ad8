import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { peakMemoryKb } from '../harness/peak-memory.ts'

/** `csv/peer.ts <name> <file> <folder>`: counts a file's rows with a parser installed there. */
const [name = '', file = '', folder = ''] = process.argv.slice(2)
const load = createRequire(`${folder}/package.json`)

/* What is used of each parser; they are no dependencies of this workspace. */
interface Chunks {
  chunk(text: string, parse: unknown, onRow: (row: unknown[]) => void): void
  end(): void
}

const counters: Record<string, () => Promise<number>> = {
  duckdb: async () => {
    const { DuckDBInstance } = load('@duckdb/node-api')
    const connection = await (await DuckDBInstance.create()).connect()
    const query = `select count(*) from read_csv('${file}', header = false, all_varchar = true)`
    const rows = await (await connection.runAndReadAll(query)).getRows()
    return Number(rows[0][0])
  },
  udsv: async () => {
    const { inferSchema, initParser } = load('udsv')
    let parser: Chunks | undefined
    let rows = 1 // The first is taken for a header.
    const onRow = () => {
      rows += 1
    }
    for await (const text of createReadStream(file, { encoding: 'utf8' })) {
      parser ??= initParser(inferSchema(text)) as Chunks
      parser.chunk(text, (parser as unknown as { stringArrs: unknown }).stringArrs, onRow)
    }
    parser?.end()
    return rows
  },
  papaparse: () => {
    const { parse } = load('papaparse')
    let rows = 0
    return new Promise((resolve, reject) => {
      const step = (found: { data: unknown[] }) => {
        rows += found.data.length
      }
      parse(createReadStream(file), { chunk: step, complete: () => resolve(rows), error: reject })
    })
  },
  'csv-parse': async () => {
    const { parse } = load('csv-parse')
    let rows = 0
    for await (const _ of createReadStream(file).pipe(parse())) rows += 1
    return rows
  },
}
const rows = await counters[name]?.()
process.stdout.write(`${rows} ${peakMemoryKb()}\n`)
