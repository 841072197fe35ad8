import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { expect } from 'vitest'
import { cacheFolder, cliFolder } from './cli-folder.ts'

const main = join(cliFolder, 'cli.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCli extends AsyncDisposable {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly ended: Promise<Ended>
  /** Process ids of the programs that it has started, by the app in their command line. */
  programs(): Map<string, number[]>
}

export interface CliOptions {
  readonly cwd: string
  readonly stdin?: string | Uint8Array
  /** Beside PATH and HOME; nothing else of the test's own environment is seen. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the command as a user does, in a process of its own. */
export function startCli(args: readonly string[], options: CliOptions): RunningCli {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: options.cwd,
      XDG_CACHE_HOME: cacheFolder,
      ...options.env,
    },
  })
  child.stdin.on('error', () => {})
  child.stdin.end(options.stdin ?? '')
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text.stdout += piece))
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (text.stderr += piece))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...text }))
  return {
    child,
    ended,
    programs: () => programsOf(child.pid ?? -1),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}

export const runCli = async (args: readonly string[], options: CliOptions): Promise<Ended> =>
  await startCli(args, options).ended

/** Resolves when the consumers of a run below `folder` have recorded so many batches. */
export async function untilRecorded(folder: string, batches: number): Promise<void> {
  const recorded = async (): Promise<number> => {
    const logs = await Array.fromAsync(glob(join(folder, '.millrace/*/logs/consumer-*.log')))
    const texts = await Promise.all(logs.map((log) => readFile(log, 'utf8')))
    return texts.join('').split('"outcome":"recorded"').length - 1
  }
  await expect.poll(recorded, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(batches)
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** A folder of its own for a test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-e2e-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

function programsOf(parent: number): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const line of childrenOf(parent)) {
    const [, pid, args] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? []
    const app = /e2e-cli\/([a-z]+)\.js/.exec(args ?? '')?.[1]
    if (pid !== undefined && app !== undefined) {
      found.set(app, [...(found.get(app) ?? []), Number(pid)])
    }
  }
  return found
}

function childrenOf(parent: number): string[] {
  try {
    const args = ['-o', 'pid=,args=', '--ppid', String(parent)]
    return execFileSync('ps', args, { encoding: 'utf8' }).split('\n')
  } catch {
    return [] // It has none, or is gone.
  }
}
