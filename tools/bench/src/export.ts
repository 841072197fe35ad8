import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { installPeers } from './csv-programs.ts'
import { writeFeatures, writePredictions } from './export-data.ts'
import { startProcess } from './server-process.ts'

/*
 * From a job's recorded parts to its result, beside DuckDB, pandas and `paste`, in alternating rounds.
 *
 *     npm run bench -- export [--millions 1,10] [--rounds 3] [--columns none,all]
 *
 * Ours does the aggregator's whole `writeResult`: it queries the parts (over HTTP, from a server that
 * answers as DynamoDB does), checks each digest, accounts for every row, writes result, report and
 * manifest with their hashes, and syncs them to the disk. The peers read text from files and write the
 * one file: `predictions.csv` has a prediction a line, `features.csv` 30 columns. DuckDB reads all as
 * text, which is quicker for it and keeps the bytes; pandas reads predictions as numbers and the rest as
 * text. `paste` decides nothing, so its second file has the classes already. Each tells the time of its
 * work alone, without the start of its process; only that of `paste`, which is a millisecond, is in.
 * Nobody but us checks anything, hashes, or syncs. The results must be the same bytes.
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

interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly memoryMb: number
}

/** How many times as quick as each peer we want to be. */
const BARS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  none: { duckdb: 4, pandas: 20 },
  all: { duckdb: 8, paste: 2 },
}
/** Memory may grow by so much with ten times the rows. */
const MEMORY_GROWTH_MAX = 1.25
/** pandas takes 25 GB for the joined table of 10 million rows. */
const PANDAS_JOINED_MILLIONS_MAX = 1

/** Prints each; sets the exit code when a bar does not hold. */
export async function main(): Promise<void> {
  const peers = installPeers()
  const python = findPandas()
  const memory = new Map<string, number[]>()
  for (const millions of values.millions.split(',').map(Number)) {
    const folder = mkdtempSync(join(PLACE, 'millrace-export-'))
    try {
      writePredictions(folder, millions * 1e6)
      writeFileSync(`${folder}/table.json`, JSON.stringify(writeFeatures(folder, millions * 1e6)))
      await using ledger = await startProcess('export-ledger.ts', String(millions * 1e6))
      for (const columns of values.columns.split(',')) {
        const contenders = contendersFor({
          folder,
          ledger: ledger.url,
          columns,
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
  for (const [columns, [least = 0, ...more]] of memory) {
    const growth = Math.max(...more, least) / least
    judge(
      `memory of columns ${columns} grows ${growth.toFixed(2)} times`,
      growth <= MEMORY_GROWTH_MAX,
    )
  }
}

function findPandas(): string | undefined {
  const found = ['/usr/bin/python3', 'python3'].find(
    (python) => spawnSync(python, ['-c', 'import pandas']).status === 0,
  )
  if (found === undefined) console.error('SKIPPED: pandas is not there (Debian: python3-pandas)')
  return found
}

interface Setting {
  readonly folder: string
  readonly ledger: string
  readonly columns: string
  readonly peers: string
  readonly python: string | undefined
  readonly millions: number
}

type Contenders = ReadonlyMap<string, () => Cost>

function contendersFor({ folder, ledger, columns, peers, python, millions }: Setting): Contenders {
  const file = (name: string): string => join(import.meta.dirname, name)
  const contenders = new Map([
    ['millrace', () => run(process.execPath, [file('export-run.ts'), folder, ledger, columns])],
    ['duckdb', () => run(process.execPath, [file('export-peer.ts'), folder, columns, peers])],
  ])
  if (columns === 'all') contenders.set('paste', () => paste(folder))
  const fits = columns === 'none' || millions <= PANDAS_JOINED_MILLIONS_MAX
  if (python !== undefined && fits) {
    contenders.set('pandas', () => run(python, [file('export-peer.py'), folder, columns]))
  }
  return contenders
}

function run(program: string, args: readonly string[]): Cost {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`run ${program} ${args.join(' ')}: ${stderr}`)
  return JSON.parse(stdout) as Cost
}

function paste(folder: string): Cost {
  const startedAt = performance.now()
  const command = 'exec paste -d, features.csv classes.csv > paste-all.csv'
  const { status } = spawnSync('sh', ['-c', command], { cwd: folder, env: { LC_ALL: 'C' } })
  if (status !== 0) throw new Error(`paste: exit code ${status}`)
  const seconds = (performance.now() - startedAt) / 1_000
  return { seconds, cpuSeconds: seconds, memoryMb: 0 }
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
  const isResult = (file: string) => file.startsWith(`${name}-`) && file.endsWith('.csv')
  const [result = ''] = readdirSync(folder).filter(isResult)
  const { stdout } = spawnSync('sha256sum', [result], { cwd: folder, encoding: 'utf8' })
  rmSync(join(folder, result))
  return stdout.split(' ')[0] ?? ''
}

function report(title: string, columns: string, costs: ReadonlyMap<string, Cost>): void {
  const ours = costs.get('millrace')?.seconds ?? Number.NaN
  console.log(`\n${title}`)
  for (const [name, { seconds, cpuSeconds, memoryMb }] of costs) {
    const facts = `${seconds.toFixed(3)} s, ${cpuSeconds.toFixed(3)} s of CPU, ${memoryMb.toFixed(0)} MB`
    console.log(`  ${name.padEnd(9)} ${facts}`)
  }
  for (const [peer, bar] of Object.entries(BARS[columns] ?? {})) {
    const theirs = costs.get(peer)?.seconds
    if (theirs === undefined) continue
    judge(
      `${(theirs / ours).toFixed(2)} times as quick as ${peer}, bar ${bar}`,
      theirs / ours >= bar,
    )
  }
}

/** The report is in our time; this is how much of it. */
function tellReport(rows: number, costs: ReadonlyMap<string, Cost>): void {
  const program = join(import.meta.dirname, 'export-report.ts')
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
