/*
 * What planning costs, by extremes: `npm run bench -- producer [--gigabytes 4] [--only name]`. Each dataset
 * is pinned and scanned as the producer does it, its plan written, in a process of its own, so that the
 * peak of its memory is its own. What the endpoint, queue and ledger add is not in it.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { createS3Backend, createS3Client, createStorage, mapBounded } from '@millrace/storage'
import { writeTable } from './harness/tables.ts'
import { startProcess } from './harness/server-process.ts'

interface Planned {
  readonly rows: number
  readonly batches: number
  readonly tooLarge: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly memoryMb: number
}

const program = join(import.meta.dirname, 'producer/plan.ts')

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { gigabytes: { type: 'string', default: '4' }, only: { type: 'string', default: '' } },
})

/** Each writes its dataset below the folder and answers its path and bytes. */
const DATASETS: Readonly<Record<string, (folder: string) => { path: string; bytes: number }>> = {
  'small table': (folder) => tableOf(join(folder, 'small.csv'), 1e7),
  'large table': (folder) => tableOf(join(folder, 'large.csv'), Number(values.gigabytes) * 1e9),
  'one column': (folder) => repeated(join(folder, 'one.csv'), '12345\n', 200e6),
  '20,000 columns': (folder) =>
    repeated(join(folder, 'wide.csv'), `${'1.5,'.repeat(19_999)}1.5\n`, 200e6),
  'a row of 50 MB': (folder) => {
    const path = join(folder, 'long.csv')
    const rows = '1,2\n'.repeat(500_000)
    writeFileSync(
      path,
      Buffer.concat([Buffer.from(rows), Buffer.alloc(50e6, '7'), Buffer.from(`,2\n${rows}`)]),
    )
    return { path, bytes: 2 * rows.length + 50e6 + 3 }
  },
  '10,000 files': (folder) => {
    const path = `${join(folder, 'many')}/`
    mkdirSync(path)
    const rows = '1,2.5,3\n'.repeat(1_000)
    for (let file = 0; file < 10_000; file += 1) writeFileSync(`${path}${nameOf(file)}`, rows)
    return { path, bytes: 10_000 * rows.length }
  },
}

const nameOf = (file: number): string => `${String(file).padStart(5, '0')}.csv`

export async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  try {
    for (const [name, write] of Object.entries(DATASETS)) {
      if (!name.includes(values.only)) continue
      const { path, bytes } = write(folder)
      report(name, bytes, planIt(pathToFileURL(path).href, folder, {}))
      rmSync(path, { recursive: true })
    }
    if ('10,000 objects in S3'.includes(values.only)) await planObjects(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function planObjects(folder: string): Promise<void> {
  await using server = await startProcess('storage/server.ts', 'emulator', '0')
  const env = { AWS_ENDPOINT_URL_S3: server.url }
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const s3 = createS3Client({ region: 'us-east-1', endpoint: server.url, credentials })
  const storage = createStorage({ s3: createS3Backend(s3) })
  const { signal } = new AbortController()
  const rows = Buffer.from('1,2.5,3\n'.repeat(1_000))
  const uris = Array.from({ length: 10_000 }, (_, file) => `s3://bucket/many/${nameOf(file)}`)
  await mapBounded(16, uris, (uri) => storage.writeDocument(uri, rows, {}, signal))
  await storage.close()
  s3.destroy()
  report('10,000 objects in S3', 10_000 * rows.length, planIt('s3://bucket/many/', folder, env))
}

function planIt(uri: string, folder: string, env: Record<string, string>): Planned {
  const args = [program, uri, `${pathToFileURL(join(folder, 'work')).href}/`]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  if (status !== 0) throw new Error(`plan ${uri}: ${stderr}`)
  return JSON.parse(stdout)
}

function report(name: string, bytes: number, planned: Planned): void {
  const { rows, batches, tooLarge, seconds, cpuSeconds, memoryMb } = planned
  const speed = `${(bytes / 1e9 / seconds).toFixed(2)} GB/s`
  const counts = `${rows} rows, ${batches} batches${tooLarge > 0 ? `, ${tooLarge} too large` : ''}`
  console.log(
    `${name.padEnd(20)} ${seconds.toFixed(2)} s (CPU ${cpuSeconds.toFixed(2)}), ${speed}, peak ${memoryMb.toFixed(0)} MB; ${counts}`,
  )
}

function tableOf(path: string, bytesMin: number): { path: string; bytes: number } {
  return { path, bytes: writeTable(path, 'numeric', bytesMin) }
}

function repeated(path: string, row: string, bytesMin: number): { path: string; bytes: number } {
  const text = row.repeat(Math.ceil(bytesMin / row.length))
  writeFileSync(path, text)
  return { path, bytes: text.length }
}
