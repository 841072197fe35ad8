import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundlePrograms } from '@millrace/bundle'
import { jobIdOf } from '@millrace/job'
import { JOB } from './data.ts'

/* Who takes part in the export benchmark, and how each is run. */

export interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly memoryMb: number
  /** Of a second time in the same process, of what has one: a service makes result after result. */
  readonly secondsAgain?: number
}

/** Each run writes `<name>-<columns>.csv`. */
export type Contenders = ReadonlyMap<string, () => Cost>

export interface Setting {
  readonly folder: string
  /** URL of the ledger that holds the parts. */
  readonly ledger: string
  readonly columns: string
  /** Our program, bundled. */
  readonly program: string
  readonly peers: string
  readonly python: string | undefined
  readonly millions: number
}

/** What the entry point of the aggregator's image gives to Node besides the program. */
const IMAGE_OPTIONS = ['--max-semi-space-size=2']

/** pandas takes 25 GB for the joined table of 10 million rows. */
const PANDAS_JOINED_MILLIONS_MAX = 1

export function contendersFor(setting: Setting): Contenders {
  const { folder, ledger, columns, program, peers, python, millions } = setting
  const file = (name: string): string => join(import.meta.dirname, name)
  const parts = [ledger, jobIdOf(JOB)]
  const duckdb = [file('peer.ts'), folder, columns, peers]
  const contenders = new Map([
    ['millrace', () => run(process.execPath, [...IMAGE_OPTIONS, program, folder, ledger, columns])],
    ['duckdb', () => run(process.execPath, [...duckdb, ...parts])],
    ['duckdb-text', () => run(process.execPath, duckdb)],
  ])
  if (columns === 'all') contenders.set('paste', () => paste(folder))
  const fits = columns === 'none' || millions <= PANDAS_JOINED_MILLIONS_MAX
  if (python !== undefined && fits) {
    const pandas = [file('peer.py'), folder, columns]
    contenders.set('pandas', () => run(python, [...pandas, ...parts]))
    contenders.set('pandas-text', () => run(python, pandas))
  }
  return contenders
}

/** Runs a program that prints its cost as JSON. */
export function run(program: string, args: readonly string[]): Cost {
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

/** A python with pandas and boto3, if there is one. */
export function findPandas(): string | undefined {
  const found = ['/usr/bin/python3', 'python3'].find(
    (python) => spawnSync(python, ['-c', 'import boto3, pandas']).status === 0,
  )
  if (found === undefined) {
    console.error('SKIPPED: pandas is not there (Debian: python3-pandas, python3-boto3)')
  }
  return found
}

/** Bundles our program as an image holds it: to strip types costs more than to write a million rows. */
export async function bundleRun(folder: string): Promise<string> {
  const thread = fileURLToPath(import.meta.resolve('@millrace/aggregator/second-thread'))
  const entries = {
    'export-run': join(import.meta.dirname, 'run.ts'),
    'second-thread': thread,
  }
  await bundlePrograms({ entries, folder })
  return join(folder, 'export-run.js')
}
