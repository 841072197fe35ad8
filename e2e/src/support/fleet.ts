import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Cloud, type CloudOptions, startCloud } from '@millrace/cloud'
import { type Endpoint, loadXgboostModel, startEndpoint } from '@millrace/endpoint'
import {
  encodeJobRequest,
  isFinal,
  type Job,
  jobIdOf,
  jobSpecSchema,
  type JobSpecInput,
} from '@millrace/job'
import { createLedgerClient, type Ledger, readJob } from '@millrace/ledger'
import { createQueueClient, publish, type Queue } from '@millrace/queue'
import { vi } from 'vitest'
import { cliFolder, compileCache } from './cli-folder.ts'
import { flights } from './flights.ts'

export const BUCKET = 'millrace-e2e'

/** The three apps as processes over a local cloud and a local endpoint, as on ECS but for the scale. */
export interface Fleet extends AsyncDisposable {
  readonly cloud: Cloud
  readonly endpoint: Endpoint
  readonly ledger: Ledger
  readonly queues: Readonly<Record<'jobs' | 'batches' | 'completions', Queue>>
  deadLetters(name: 'jobs' | 'batches' | 'completions'): Queue
  /** @param command what is run instead of the bundled app. */
  start(
    app: 'producer' | 'consumer' | 'aggregator',
    env?: Record<string, string>,
    command?: { readonly file: string; readonly args: readonly string[] },
  ): ChildProcess
  submit(clientToken: string, spec: JobSpecInput): Promise<void>
  /** The job of the token, once it has ended. */
  ended(clientToken: string, timeoutMs?: number): Promise<Job>
}

export async function startFleet(
  options: CloudOptions & {
    endpoint?: Partial<Parameters<typeof startEndpoint>[0]>
    /** A file that takes the apps' logs. Default: nobody reads them. */
    logFd?: number
  } = {},
): Promise<Fleet> {
  const cloud = await startCloud({ buckets: [BUCKET], visibilityTimeoutSeconds: 15, ...options })
  const model = loadXgboostModel(flights.model)
  const endpoint = await startEndpoint({ name: 'flights', model, ...options.endpoint })
  const settings = {
    region: 'us-east-1',
    credentials: cloud.credentials,
  }
  const dynamo = createLedgerClient({
    ...settings,
    endpointUrl: cloud.env['AWS_ENDPOINT_URL_DYNAMODB'],
  })
  const sqs = createQueueClient({
    ...settings,
    endpointUrl: cloud.env['AWS_ENDPOINT_URL_SQS'],
  })
  const queue = (name: string, suffix = 'QUEUE_URL'): Queue => ({
    client: sqs,
    url: cloud.env[`MILLRACE_${name.toUpperCase()}_${suffix}`] ?? '',
  })
  const queues = {
    jobs: queue('JOBS'),
    batches: queue('BATCHES'),
    completions: queue('COMPLETIONS'),
  }
  const ledger = { client: dynamo, tableName: cloud.env['MILLRACE_LEDGER_TABLE'] ?? '' }
  const children: ChildProcess[] = []
  const closing = new AbortController()

  return {
    cloud,
    endpoint,
    ledger,
    queues,
    deadLetters: (name) => queue(name, 'DLQ_URL'),
    start: (app, env = {}, command) => {
      const main = join(cliFolder, `${app}.js`)
      const { file, args } = command ?? { file: process.execPath, args: [main] }
      const child = spawn(file, args, {
        stdio: ['ignore', options.logFd ?? 'ignore', 'inherit', 'ipc'],
        env: {
          PATH: process.env['PATH'] ?? '',
          NODE_COMPILE_CACHE: compileCache,
          ...cloud.env,
          AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpoint.url,
          MILLRACE_WORK_URI: `s3://${BUCKET}/work/`,
          MILLRACE_DATASETS_ALLOWED: `s3://${BUCKET}/data/`,
          MILLRACE_RESULTS_ALLOWED: `s3://${BUCKET}/results/`,
          MILLRACE_ENDPOINTS_ALLOWED: 'flights',
          MILLRACE_VISIBILITY_SECONDS: '15',
          ...env,
        },
      })
      children.push(child)
      return child
    },
    submit: async (clientToken, spec) => {
      const body = encodeJobRequest({ clientToken, spec: jobSpecSchema.parse(spec) })
      await publish(queues.jobs, [{ body }], closing.signal)
    },
    ended: async (clientToken, timeout = 60_000) => {
      const read = async (): Promise<Job | undefined> =>
        await readJob(ledger, jobIdOf(clientToken), closing.signal)
      return await vi.waitFor(
        async () => {
          const job = await read()
          assert(job !== undefined && isFinal(job.state), `job of ${clientToken}: ${job?.state}`)
          return job
        },
        { timeout, interval: 100 },
      )
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      const running = children.filter(
        (child) => child.exitCode === null && child.signalCode === null,
      )
      const exits = running.map((child) => once(child, 'exit'))
      for (const child of running) child.kill('SIGKILL')
      await Promise.all(exits)
      dynamo.destroy()
      sqs.destroy()
      await Promise.all([endpoint.close(), cloud.close()])
    },
  }
}
