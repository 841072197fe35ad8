import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { installPeers } from './harness/peers.ts'
import {
  bundleRun,
  type Contenders,
  contendersFor,
  type Cost,
  findPandas,
  run,
} from './export/contenders.ts'
import { writeFeatures, writePredictions } from './export/data.ts'
import { startProcess } from './harness/server-process.ts'

/*
 * From a job's recorded parts to its result, beside DuckDB, pandas and `paste`, in alternating rounds.
 *
 *     npm run bench -- export [--millions 1,10] [--rounds 3] [--columns none,all]
 *
 * Ours, DuckDB and pandas begin at the same parts, in the same table (a server that answers queries as
 * DynamoDB does), and end with the same bytes in one file; each has all cores. DuckDB's program reads the
 * parts by the AWS SDK, all partitions at once, and pandas' by boto3: both as `docs/reading-results.md` tells.
 * The columns to join are a file for all. Each tells the time of its work alone, when its process has
 * started and its client has made a call; the aggregator has begun its thread and claimed the job by then. Only the start of
 * `paste`, which is a millisecond, is in. The bars are held to this first time. What the second one takes in
 * the same process is told beside it: the aggregator makes result after result.
 *
 * Ours does the aggregator's whole `writeResult`, bundled as in the image: it also checks each digest,
 * accounts for every row, writes report and manifest, hashes them and syncs them to the disk. The peers do
 * nothing of it.
 *
 * `duckdb-text`, `pandas-text` and `paste` are given the predictions as a file of text, which somebody has
 * made of the parts before the clock runs; for `paste`, which decides nothing, with the classes. For the first
 * two that is no whole export: they are shown for what they are, and no bar is held against them.
 *
 * Files lie in memory where there is a folder for it: else the disk decides, and our syncs wait for
 * whatever else the machine writes. 10 million joined rows take 5 GB of it.
 */

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    millions: { type: 'string', default: '1,10' },
    rounds: { type: 'string', default: '3' },
    columns: { type: 'string', default: 'none,all' },
  },
})

const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** How many times as quick as each peer we want to be. */
const BARS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  none: { duckdb: 4, pandas: 20 },
  all: { duckdb: 8, paste: 2 },
}
/** Memory may grow by so much with ten times the rows. */
const MEMORY_GROWTH_MAX = 1.25
/** Prints each; sets the exit code when a bar does not hold. */
export async function main(): Promise<void> {
  const peers = installPeers()
  const python = findPandas()
  const bundle = mkdtempSync(join(tmpdir(), 'millrace-export-'))
  const program = await bundleRun(bundle)
  const memory = new Map<string, number[]>()
  for (const millions of values.millions.split(',').map(Number)) {
    const folder = mkdtempSync(join(PLACE, 'millrace-export-'))
    try {
      writePredictions(folder, millions * 1e6)
      writeFileSync(`${folder}/table.json`, JSON.stringify(writeFeatures(folder, millions * 1e6)))
      await using ledger = await startProcess('export/ledger.ts', String(millions * 1e6))
      for (const columns of values.columns.split(',')) {
        const contenders = contendersFor({
          folder,
          ledger: ledger.url,
          columns,
          program,
          peers,
          python,
          millions,
        })
        const costs = compare(folder, contenders)
        report(
          `${millions} million rows, ${columns === 'all' ? '30 columns joined' : 'predictions and class'}`,
          columns,
          costs,
        )
        tellReport(millions * 1e6, costs)
        memory.set(columns, [...(memory.get(columns) ?? []), costs.get('millrace')?.memoryMb ?? 0])
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  rmSync(bundle, { recursive: true })
  for (const [columns, [least = 0, ...more]] of memory) {
    const growth = Math.max(...more, least) / least
    judge(
      `memory of columns ${columns} grows ${growth.toFixed(2)} times`,
      growth <= MEMORY_GROWTH_MAX,
    )
  }
}

/** Answers the median of the rounds of each; the results of all must be the same bytes. */
function compare(folder: string, contenders: Contenders): ReadonlyMap<string, Cost> {
  const costs = new Map([...contenders.keys()].map((name) => [name, [] as Cost[]]))
  const sums = new Set<string>()
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [name, once] of contenders) {
      costs.get(name)?.push(once())
      sums.add(takeResult(folder, name))
    }
  }
  if (sums.size !== 1) throw new Error(`results differ: ${[...sums].join(', ')}`)
  return new Map([...costs].map(([name, rounds]) => [name, median(rounds)]))
}

/** The sum of a result, which is removed: those of all would not fit into memory. */
function takeResult(folder: string, name: string): string {
  const isResult = (file: string) => /^(.+)-(?:none|all)\.csv$/.exec(file)?.[1] === name
  const [result = ''] = readdirSync(folder).filter(isResult)
  const { stdout } = spawnSync('sha256sum', [result], { cwd: folder, encoding: 'utf8' })
  rmSync(join(folder, result))
  return stdout.split(' ')[0] ?? ''
}

function report(title: string, columns: string, costs: ReadonlyMap<string, Cost>): void {
  const ours = costs.get('millrace')?.seconds ?? Number.NaN
  console.log(`\n${title}`)
  for (const [name, { seconds, cpuSeconds, memoryMb, secondsAgain }] of costs) {
    const facts = `${seconds.toFixed(3)} s, ${cpuSeconds.toFixed(3)} s of CPU, ${memoryMb.toFixed(0)} MB`
    const again = secondsAgain === undefined ? '' : `; again ${secondsAgain.toFixed(3)} s`
    console.log(`  ${name.padEnd(11)} ${facts}${again}`)
  }
  for (const [peer, { seconds }] of costs) {
    const bar = BARS[columns]?.[peer]
    const times = `${(seconds / ours).toFixed(2)} times as quick as ${peer}`
    if (bar !== undefined) judge(`${times}, bar ${bar}`, seconds / ours >= bar)
    else if (peer !== 'millrace') console.log(`  ${times}`)
  }
}

/** The report is in our time; this is how much of it. */
function tellReport(rows: number, costs: ReadonlyMap<string, Cost>): void {
  const program = join(import.meta.dirname, 'export/report.ts')
  const { cpuSeconds } = run(process.execPath, [program, String(rows)])
  const share = (100 * cpuSeconds) / (costs.get('millrace')?.cpuSeconds ?? Number.NaN)
  const each = (cpuSeconds / rows) * 1e9
  console.log(
    `  of that the report: ${cpuSeconds.toFixed(3)} s of CPU, ${each.toFixed(0)} ns a row, ${share.toFixed(0)} %`,
  )
}

function judge(what: string, holds: boolean): void {
  if (!holds) process.exitCode = 1
  console.log(`  ${what}: ${holds ? 'holds' : 'FAILS'}`)
}

const median = (costs: readonly Cost[]): Cost =>
  costs.toSorted((a, b) => a.seconds - b.seconds)[costs.length >> 1] ?? {
    seconds: Number.NaN,
    cpuSeconds: Number.NaN,
    memoryMb: Number.NaN,
  }
