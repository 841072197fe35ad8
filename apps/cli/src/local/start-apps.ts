import { fileURLToPath } from 'node:url'
import { CliError } from '../cli-error.ts'
import { LOCAL_ENDPOINT, type PreparedRun } from '../run/prepare-run.ts'
import type { RunOptions } from '../run/run-options.ts'
import { VISIBILITY_SECONDS } from '../system/local-system.ts'
import { createProcesses, type Processes, type ProcessesOptions } from './processes.ts'

/** Where a system package's program lies; they are run, not imported. */
const entryOf = (module: string): string => fileURLToPath(import.meta.resolve(module))

/**
 * Starts producer, consumers and aggregator on this machine, over the embedded queue and table, each
 * with just the environment it needs. What the apps may touch is exactly what the command named.
 */
export async function startApps(
  run: PreparedRun,
  options: RunOptions,
  services: { readonly env: Readonly<Record<string, string>>; readonly region: string },
  hooks: Omit<ProcessesOptions, 'logs'>,
): Promise<Processes> {
  const processes = createProcesses({ ...hooks, logs: run.state.logs })
  const endpoint = await startEndpoint(processes, run, options)
  const common = {
    ...withoutCredentials(services.env, run, options),
    ...endpoint,
    AWS_REGION: services.region,
    MILLRACE_WORK_URI: run.state.workUri,
    MILLRACE_VISIBILITY_SECONDS: String(VISIBILITY_SECONDS),
    // A drain waits for the poll under way, and nobody at a terminal waits twenty seconds for that.
    MILLRACE_RECEIVE_WAIT_SECONDS: '1',
  }
  await processes.start({
    name: 'producer',
    entry: entryOf('@millrace/producer'),
    env: {
      ...common,
      MILLRACE_DATASETS_ALLOWED: run.spec.dataset.uri,
      MILLRACE_RESULTS_ALLOWED: run.spec.output.uri,
      MILLRACE_ENDPOINTS_ALLOWED: run.spec.endpoint.name,
    },
  })
  for (const [index, concurrency] of shares(options).entries()) {
    await processes.start({
      name: `consumer-${index + 1}`,
      entry: entryOf('@millrace/consumer'),
      env: { ...common, MILLRACE_CONCURRENCY: String(concurrency) },
    })
  }
  await processes.start({ name: 'aggregator', entry: entryOf('@millrace/aggregator'), env: common })
  return processes
}

/**
 * The embedded services take any credentials. A real endpoint takes only the user's, so the made-up
 * ones must not stand in the way of the AWS chain then.
 */
function withoutCredentials(
  env: Readonly<Record<string, string>>,
  { endpointUrl }: PreparedRun,
  { localModel }: RunOptions,
): Record<string, string> {
  const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _key, ...settings } = env
  const local = localModel !== undefined || (endpointUrl !== undefined && isLoopback(endpointUrl))
  return local ? { ...env } : settings
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}

/** The concurrency of each consumer; they add up to what was asked for, and none has nothing. */
function shares({ concurrency, consumers }: RunOptions): number[] {
  const processes = Math.min(consumers, concurrency)
  return Array.from(
    { length: processes },
    (_, index) => Math.floor(concurrency / processes) + (index < concurrency % processes ? 1 : 0),
  )
}

async function startEndpoint(
  processes: Processes,
  { endpointUrl }: PreparedRun,
  options: RunOptions,
): Promise<Record<string, string>> {
  if (options.localModel === undefined) {
    return endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpointUrl }
  }
  const port = await freePort()
  const latency = String(options.localLatency)
  const args = ['--model', options.localModel, '--name', LOCAL_ENDPOINT, '--port', String(port)]
  await processes.start({
    name: 'endpoint',
    entry: entryOf('@millrace/endpoint/main'),
    args: [...args, '--latency', latency],
    env: {},
  })
  return { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: `http://127.0.0.1:${port}` }
}

/** A port that is free now. It is fixed beforehand so that a restarted endpoint is found again. */
async function freePort(): Promise<number> {
  const { createServer } = await import('node:net')
  const server = createServer()
  return await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port)
        else reject(new CliError('no free port on 127.0.0.1'))
      })
    })
  })
}
