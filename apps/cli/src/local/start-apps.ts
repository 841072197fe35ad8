import { fileURLToPath } from 'node:url'
import { withKeysInUrls } from '@millrace/cloud'
import { VISIBILITY_SECONDS } from '../system/local-system.ts'
import { freePort } from './free-port.ts'
import { createProcesses, type Processes, type ProcessesOptions } from './processes.ts'

/** Where the endpoint of a local system is. */
export type EndpointPlace =
  | { readonly kind: 'aws' }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'model'; readonly file: string; readonly latencyMs: number }

/** What the apps on this machine work for. */
export interface LocalApps {
  /** The environment of the embedded queues, table and, when there is one, store. */
  readonly services: Readonly<Record<string, string>>
  readonly workUri: string
  /** Region of the endpoint and of S3. */
  readonly region: string
  readonly endpoint: EndpointPlace
  /** What jobs may read, write and invoke: lists as the producer's configuration takes them. */
  readonly allowed: {
    readonly datasets: string
    readonly results: string
    readonly endpoints: string
  }
  /** Invocations in flight at most, over all consumers. */
  readonly concurrency: number
  readonly consumers: number
  /** How long an endpoint that is not reached is tried before a job fails; default 8 seconds. */
  readonly patienceSeconds?: number
}

/** Somebody waits for a run to hear that the address is wrong. */
const SOON_SECONDS = 8

/** The name that a local model answers to. */
export const LOCAL_ENDPOINT = 'local'

/**
 * Where a program lies; they are run, not imported. The package's `imports` tell: a neighbour's source
 * in the workspace, a file beside this one in what is published.
 */
export const entryOf = (
  program: 'producer' | 'consumer' | 'aggregator' | 'endpoint' | 'keeper',
): string => fileURLToPath(import.meta.resolve(`#programs/${program}`))

/**
 * Starts producer, consumers and aggregator on this machine, over the embedded queue and table, each
 * with just the environment it needs. What the apps may touch is exactly what `allowed` names.
 */
export async function startApps(
  apps: LocalApps,
  options: ProcessesOptions,
): Promise<{ readonly processes: Processes; readonly endpointUrl: string | undefined }> {
  const processes = createProcesses(options)
  const endpointUrl = await startEndpoint(processes, apps.endpoint)
  const isHere = endpointUrl !== undefined && isLoopback(endpointUrl)
  const common = {
    ...environmentOf(apps, { callsAws: usesAwsS3(apps) || !isHere }),
    ...(endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpointUrl }),
  }
  await processes.start({
    name: 'producer',
    entry: entryOf('producer'),
    env: {
      ...common,
      MILLRACE_DATASETS_ALLOWED: apps.allowed.datasets,
      MILLRACE_RESULTS_ALLOWED: apps.allowed.results,
      MILLRACE_ENDPOINTS_ALLOWED: apps.allowed.endpoints,
      MILLRACE_PREFLIGHT_PATIENCE_SECONDS: String(apps.patienceSeconds ?? SOON_SECONDS),
      // The folder is the user's: it is forgotten when they remove it.
      MILLRACE_RETENTION_DAYS: '0',
      // The queue is in this process: each message takes some 700 bytes of its memory.
      MILLRACE_BATCHES_WAITING_MAX: '200000',
    },
  })
  for (const [index, concurrency] of shares(apps).entries()) {
    await processes.start({
      name: `consumer-${index + 1}`,
      entry: entryOf('consumer'),
      env: { ...common, MILLRACE_CONCURRENCY: String(concurrency) },
    })
  }
  await processes.start({
    name: 'aggregator',
    entry: entryOf('aggregator'),
    env: { ...common, MILLRACE_RESULTS_ALLOWED: apps.allowed.results },
  })
  return { processes, endpointUrl }
}

/** What an app is told that works alone. */
export type LoneApp = Pick<LocalApps, 'services' | 'workUri' | 'region'> & {
  readonly allowed: Pick<LocalApps['allowed'], 'datasets' | 'results'>
}

/** Starts an aggregator alone, which may write the results of `app` from what is recorded. */
export async function startLoneAggregator(
  app: LoneApp,
  options: ProcessesOptions,
): Promise<Processes> {
  const processes = createProcesses(options)
  await processes.start({
    name: 'aggregator',
    entry: entryOf('aggregator'),
    env: {
      ...environmentOf(app, { callsAws: usesAwsS3(app) }),
      MILLRACE_RESULTS_ALLOWED: app.allowed.results,
    },
  })
  return processes
}

/** S3 may also be one of the embedded services. */
const usesAwsS3 = ({ services, allowed: { datasets, results } }: LoneApp): boolean =>
  services['AWS_ENDPOINT_URL_S3'] === undefined &&
  [datasets, results].some((list) => /(^|,)s3:/.test(list))

/**
 * What each app is told. The embedded services take their own key, which stands in their URLs and nowhere else:
 * whoever listens at an endpoint of this machine sees by what key it is invoked, and that one opens the queues.
 * A real endpoint and S3 take only the user's credentials, so no key must stand in the way of the AWS chain.
 */
function environmentOf(
  { services, region, workUri }: LoneApp,
  { callsAws }: { readonly callsAws: boolean },
): Readonly<Record<string, string>> {
  const keyed = withKeysInUrls(services)
  const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _key, ...settings } = keyed
  return {
    ...settings,
    ...(callsAws ? {} : ANY_KEY),
    AWS_REGION: region,
    MILLRACE_WORK_URI: workUri,
    MILLRACE_VISIBILITY_SECONDS: String(VISIBILITY_SECONDS),
    // A drain waits for the poll under way, and nobody at a terminal waits twenty seconds for that.
    MILLRACE_RECEIVE_WAIT_SECONDS: '1',
  }
}

/**
 * What is on this machine takes any. A profile of the user's shell would go before it, and the session of the user's
 * own key be sent with it; to AWS's clients what is empty is not there.
 */
const ANY_KEY = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_PROFILE: '',
  AWS_SESSION_TOKEN: '',
  AWS_CREDENTIAL_EXPIRATION: '',
  AWS_CREDENTIAL_SCOPE: '',
  AWS_ACCOUNT_ID: '',
}

export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}

/** The concurrency of each consumer; they add up to what was asked for, and none has nothing. */
function shares({ concurrency, consumers }: LocalApps): number[] {
  const processes = Math.min(consumers, concurrency)
  return Array.from(
    { length: processes },
    (_, index) => Math.floor(concurrency / processes) + (index < concurrency % processes ? 1 : 0),
  )
}

/** Serves the model, when that is the endpoint; gives back the URL of any endpoint that is not AWS's. */
async function startEndpoint(
  processes: Processes,
  place: EndpointPlace,
): Promise<string | undefined> {
  if (place.kind === 'aws') return undefined
  if (place.kind === 'url') return place.url
  // Fixed beforehand, so that an endpoint that was started again is found again.
  const port = String(await freePort())
  const args = ['--model', place.file, '--name', LOCAL_ENDPOINT, '--port', port]
  await processes.start({
    name: 'endpoint',
    entry: entryOf('endpoint'),
    args: [...args, '--latency', String(place.latencyMs)],
    env: {},
    callsOut: false,
  })
  return `http://127.0.0.1:${port}`
}
