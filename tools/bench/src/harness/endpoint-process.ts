import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface EndpointProcess extends AsyncDisposable {
  readonly url: string
  readonly child: ChildProcess
}

/** How long invocations take, and how many at a time. */
export interface EndpointShape {
  readonly latencyMs: number
  readonly perRowMs?: number
  readonly concurrencyMax: number
  /** Invocations that wait for room before it throttles. */
  readonly queueMax?: number
}

const model = join(import.meta.dirname, '../../../../examples/flights/model.json')

/** The local endpoint in a process of its own, so that its work is not on the caller's core. */
export async function startEndpointProcess(shape: EndpointShape): Promise<EndpointProcess> {
  const main = fileURLToPath(import.meta.resolve('@millrace/endpoint/main'))
  const { latencyMs, perRowMs = 0, concurrencyMax, queueMax = 0 } = shape
  const times = ['--latency', String(latencyMs), '--per-row', String(perRowMs)]
  const args = ['--model', model, '--name', 'flights', ...times]
  const limits = ['--concurrency-max', String(concurrencyMax), '--queue-max', String(queueMax)]
  const child = spawn(process.execPath, [main, ...args, ...limits], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return {
    url: line.slice(line.indexOf('=') + 1),
    child,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
