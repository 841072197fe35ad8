import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundlePrograms, warmCache } from '@millrace/bundle'

/*
 * From the start of the consumer to its first receive, and to the second, before which it loads what
 * scores; and the memory that it has then: as the image runs it, as a bundle alone, and from the sources.
 * Each round also starts Node with nothing to do, because that is the floor, and tells how busy the
 * machine is.
 */

const ROUNDS = 9
const BAR = { ms: 150, mb: 90 }

interface Started {
  readonly ms: number
  /** Until the second receive: it could have scored a batch. */
  readonly readyMs: number
  /** The most memory that it has had by then. */
  readonly mb: number
}

/** Prints the medians; sets the exit code when the image's are above the bar. */
export async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-startup-'))
  await using queue = await startQueue()
  try {
    const entry = fileURLToPath(import.meta.resolve('@millrace/consumer'))
    const bundle = join(folder, 'app', 'main.js')
    await bundlePrograms({ entries: { main: entry }, folder: join(folder, 'app') })
    const cache = join(folder, 'cache')
    await warmCache(bundle, cache)
    const image = () => queue.start([bundle], { NODE_COMPILE_CACHE: cache })
    const programs = {
      image,
      bundle: () => queue.start([bundle]),
      sources: () => queue.start([entry]),
    }
    for (const [name, start] of Object.entries(programs)) {
      const rounds: (Started & { floorMs: number })[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        rounds.push({ floorMs: await startNothing(), ...(await start()) })
      }
      const [ms, mb] = [median(rounds.map((r) => r.ms)), Math.max(...rounds.map((r) => r.mb))]
      const readyMs = median(rounds.map((r) => r.readyMs))
      const floorMs = median(rounds.map((r) => r.floorMs))
      const best = Math.min(...rounds.map((r) => r.ms))
      console.log(
        `${name.padEnd(8)} first receive after ${ms.toFixed(0)} ms (best ${best.toFixed(0)}), all loaded after ${readyMs.toFixed(0)}, ${mb.toFixed(1)} MB; node alone ${floorMs.toFixed(0)} ms: ${(ms / floorMs).toFixed(1)} times`,
      )
      if (name === 'image' && (ms > BAR.ms || mb > BAR.mb)) {
        console.error(`above the bar of ${BAR.ms} ms and ${BAR.mb} MB`)
        process.exitCode = 1
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function startNothing(): Promise<number> {
  const startedAt = performance.now()
  await once(spawn(process.execPath, ['-e', '0']), 'exit')
  return performance.now() - startedAt
}

/** A queue that is empty, and tells when it is asked. */
async function startQueue() {
  const server = createServer()
  server.on('request', (_request, response) => response.end('{}'))
  const asked = async () => void (await once(server, 'request'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL: url,
    MILLRACE_BATCHES_QUEUE_URL: `${url}/0/batches`,
    MILLRACE_COMPLETIONS_QUEUE_URL: `${url}/0/completions`,
    MILLRACE_LEDGER_TABLE: 'ledger',
    MILLRACE_WORK_URI: 'file:///tmp/',
    MILLRACE_RECEIVE_WAIT_SECONDS: '1',
  }
  return {
    async start(args: readonly string[], env: Record<string, string> = {}): Promise<Started> {
      const startedAt = performance.now()
      const child = spawn(process.execPath, args, {
        env: { ...settings, ...env },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      await asked()
      const ms = performance.now() - startedAt
      await asked()
      const readyMs = performance.now() - startedAt
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      child.kill('SIGKILL')
      await once(child, 'exit')
      return { ms, readyMs, mb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024 }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
