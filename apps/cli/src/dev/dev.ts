import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CloudError, startCloud } from '@millrace/cloud'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { checkModel } from '../local/check-model.ts'
import { checkCredentials } from '../local/credentials.ts'
import { endpointPlace } from '../local/endpoint-place.ts'
import type { ProcessesOptions } from '../local/processes.ts'
import { regionOf } from '../system/region.ts'
import { startApps } from '../local/start-apps.ts'
import { makeFolders } from '../local/state-folder.ts'
import { VISIBILITY_SECONDS } from '../system/local-system.ts'
import type { World } from '../world.ts'

export interface DevOptions {
  readonly state: string
  readonly port?: number
  readonly bucket: readonly string[]
  readonly endpointUrl?: string
  readonly localModel?: string
  readonly localLatency: number
  readonly region?: string
  readonly concurrency: number
  readonly consumers: number
}

const STOP_GRACE_MS = 10_000
/** As a stack has it: the container of an endpoint that was just started loads its model for minutes. */
const PATIENCE_SECONDS = 300

/**
 * `millrace dev`: queues, table, store, endpoint and the three apps on this machine, until ctrl-C.
 * What it prints is the environment of a deployed stack, so every verb works against it.
 */
export async function dev(options: DevOptions, world: World): Promise<ExitCode> {
  const { localModel } = options
  const served = localModel === undefined ? {} : { localModel: (await checkModel(localModel)).path }
  const endpoint = endpointPlace({ ...options, ...served })
  const region = await regionOf(options)
  await checkCredentials(endpoint, region, world.stop)
  const state = resolve(options.state)
  await makeFolders(state)
  await using cleanup = new AsyncDisposableStack()
  const cloud = await openCloud(state, options)
  cleanup.defer(() => cloud.close())

  const workUri = `${pathToFileURL(join(state, 'work')).href}/`
  const { hooks, givenUp } = watchProcesses(join(state, 'logs'), world)
  const apps = {
    services: cloud.env,
    workUri,
    region,
    endpoint,
    // It is the person's own machine: what they may read and write is what jobs may.
    allowed: { datasets: 'file:///,s3://', results: 'file:///,s3://', endpoints: '*' },
    concurrency: options.concurrency,
    consumers: options.consumers,
    patienceSeconds: PATIENCE_SECONDS,
  }
  const { processes, endpointUrl } = await startApps(apps, hooks)
  cleanup.defer(() => processes.stop(world.abort.aborted ? 0 : STOP_GRACE_MS))

  const env = {
    ...cloud.env,
    MILLRACE_WORK_URI: workUri,
    ...(endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpointUrl }),
  }
  tell(env, options, world)
  if (!world.stop.aborted) await Promise.race([once(world.stop, 'abort'), givenUp])
  return EXIT.succeeded
}

function tell(env: Readonly<Record<string, string>>, options: DevOptions, world: World): void {
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${value}\n`)
  // It has precedence over the key, in most SDKs.
  world.stdout.write(['unset AWS_PROFILE\n', ...lines].join(''))
  world.stderr.write(
    `\nPaste the lines above into another shell; then, for example:\n` +
      `  millrace submit rows.csv --endpoint ${options.localModel === undefined ? 'NAME' : 'local'}` +
      ` -o scores.csv --watch\n` +
      `Logs and state are in ${options.state}. Ctrl-C ends it.\n`,
  )
}

async function openCloud(state: string, { port, bucket }: DevOptions) {
  try {
    return await startCloud({
      port,
      stateDir: join(state, 'ledger'),
      buckets: bucket,
      visibilityTimeoutSeconds: VISIBILITY_SECONDS,
    })
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
    throw new CliError(cause.message, { cause })
  }
}

/** Says what dies; `givenUp` rejects when an app cannot run at all. */
function watchProcesses(
  logs: string,
  world: World,
): { readonly hooks: ProcessesOptions; readonly givenUp: Promise<never> } {
  const { promise: givenUp, reject } = Promise.withResolvers<never>()
  const hooks: ProcessesOptions = {
    logs,
    onRestart: (name, how) =>
      void world.stderr.write(`${name} ended (${how}) and was started again\n`),
    onGiveUp: (name, how) =>
      reject(
        new CliError(`${name} cannot run (${how})`, {
          hint: `see ${logs}/${name}.log`,
          exitCode: EXIT.failed,
        }),
      ),
  }
  return { hooks, givenUp }
}
