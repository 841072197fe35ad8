import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleCutter } from './csv/bundle.ts'
import { type Kind, writeTable } from './harness/tables.ts'
import { installPeers } from './harness/peers.ts'

/*
 * How fast a whole process cuts a file, start and end included, beside `wc -l`, DuckDB, csv-parse,
 * papaparse and uDSV: alternating rounds over one file that is in the page cache, medians and ratios,
 * and the least of all rounds, since what else the machine does only ever adds to it.
 *
 *     npm run bench -- csv [--gigabytes 1,4] [--rounds 9] [--peers]
 */

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    gigabytes: { type: 'string', default: '1,4' },
    rounds: { type: 'string', default: '9' },
    /** Runs the slow ones too; csv-parse takes half a minute a gigabyte. */
    peers: { type: 'boolean', default: false },
  },
})

interface Contender {
  readonly name: string
  readonly command: readonly string[]
  readonly rounds: number
}

interface Run {
  readonly seconds: number
  readonly rows: number
  readonly memoryMb: number
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
/** What Node has compiled of a program is kept, as it is in an image; the rounds that are not counted write it. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'cache') }
try {
  const cutter = await bundleCutter(folder)
  const peers = values.peers ? installPeers() : undefined
  for (const gigabytes of values.gigabytes.split(',').map(Number)) {
    for (const kind of ['numeric', 'quoted'] as const) compare(cutter, peers, kind, gigabytes)
  }
} finally {
  rmSync(folder, { recursive: true })
}

function compare(cutter: string, peers: string | undefined, kind: Kind, gigabytes: number): void {
  const file = join(folder, `${kind}.csv`)
  const bytes = writeTable(file, kind, gigabytes * 1e9)
  const contenders = contendersFor(cutter, peers, file)
  const runs = new Map(contenders.map(({ name }) => [name, [] as Run[]]))
  for (const { command } of contenders.slice(0, 2)) run(command) // Fills the page cache.
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const { name, command, rounds } of contenders) {
      if (round < rounds) runs.get(name)?.push(run(command))
    }
  }
  report(`${kind}, ${bytes / 1e9} GB`, bytes, runs)
  rmSync(file)
}

function contendersFor(cutter: string, peers: string | undefined, file: string): Contender[] {
  const rounds = Number(values.rounds)
  const peer = new URL('csv/peer.ts', import.meta.url).pathname
  const slow = (name: string, most: number) => ({
    name,
    command: ['node', peer, name, file, peers ?? ''],
    rounds: most,
  })
  return [
    { name: 'millrace', command: ['node', cutter, file], rounds },
    { name: 'wc -l', command: ['wc', '-l', file], rounds },
    ...(peers
      ? [slow('duckdb', 3), slow('udsv', 1), slow('papaparse', 1), slow('csv-parse', 1)]
      : []),
  ]
}

/** Each prints the rows it found, and its peak memory in KiB if it knows it. */
function run([program = '', ...args]: readonly string[]): Run {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env })
  const seconds = (performance.now() - start) / 1_000
  if (status !== 0) throw new Error(`run ${program} ${args.join(' ')}: ${stderr}`)
  const [rows = 0, memoryKb = 0] = stdout.trim().split(' ').map(Number)
  return { seconds, rows, memoryMb: Number.isNaN(memoryKb) ? 0 : memoryKb / 1_024 }
}

function report(title: string, bytes: number, runs: ReadonlyMap<string, readonly Run[]>): void {
  const millrace = runs.get('millrace') ?? []
  const ours = { median: median(millrace).seconds, least: leastOf(millrace) }
  console.log(`\n${title}`)
  for (const [name, all] of runs) {
    const { seconds, rows, memoryMb } = median(all)
    const speed = (bytes / seconds / 1e9).toFixed(2)
    const least = leastOf(all)
    const ratio = `${(seconds / ours.median).toFixed(2)}x (least ${(least / ours.least).toFixed(2)}x)`
    const memory = memoryMb > 0 ? `, ${memoryMb.toFixed(0)} MB` : ''
    console.log(
      `  ${name.padEnd(10)} ${speed} GB/s in ${seconds.toFixed(3)} s (least ${least.toFixed(3)}), ${rows} rows${memory}, millrace is ${ratio}, ${all.length} runs`,
    )
  }
}

function leastOf(runs: readonly Run[]): number {
  return Math.min(...runs.map(({ seconds }) => seconds))
}

function median(runs: readonly Run[]): Run {
  const sorted = runs.toSorted((a, b) => a.seconds - b.seconds)
  return sorted[sorted.length >> 1] ?? { seconds: Number.NaN, rows: 0, memoryMb: 0 }
}
