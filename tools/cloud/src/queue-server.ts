import { buildApp } from 'fauxqs'
import type { AccessKey } from './access-key.ts'
import { portError } from './cloud-error.ts'
import { honourConditionalPuts } from './conditional-put.ts'
import { deliverTwice } from './deliver-twice.ts'
import type { UsageCounter } from './count-usage.ts'
import { takeEmptyPuts } from './empty-puts.ts'
import { createFairStores } from './fair-queues.ts'
import { nameQueuesByAddress } from './queue-urls.ts'
import { refuseStrangers } from './refuse-strangers.ts'

export interface QueueServer {
  readonly url: string
  /** `MILLRACE_<NAME>_QUEUE_URL` and `MILLRACE_<NAME>_DLQ_URL` of each queue. */
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

export interface QueueServerOptions {
  readonly region: string
  readonly credentials: AccessKey
  readonly port: number
  readonly buckets: readonly string[]
  readonly deliverTwice: boolean
  readonly visibilityTimeoutSeconds: number
  readonly attemptsMax: number
  readonly counting?: UsageCounter | undefined
}

type App = ReturnType<typeof buildApp>

/** SQS's own maximum: a message must not run out before somebody has looked at it. */
const RETENTION_SECONDS = 14 * 24 * 60 * 60

/**
 * Starts fauxqs (SQS and S3) on loopback, with the queues and their dead-letter queues.
 * `startFauxqs` would listen on every interface; this does not.
 */
export async function startQueueServer(options: QueueServerOptions): Promise<QueueServer> {
  const fair = await createFairStores()
  const app = buildApp({ logger: false, stores: fair.stores })
  fair.listen(app)
  nameQueuesByAddress(app)
  takeEmptyPuts(app)
  honourConditionalPuts(app)
  options.counting?.watchQueues(app)
  if (options.deliverTwice) deliverTwice(app)
  refuseStrangers(app.server, options.credentials.accessKeyId)
  const url = await app.listen({ host: '127.0.0.1', port: options.port }).catch((error) => {
    throw portError(options.port, error)
  })
  const env: Record<string, string> = {}
  for (const name of ['jobs', 'batches', 'completions']) {
    const { queueUrl, deadLetterUrl } = await createQueuePair(app, url, name, options)
    env[`MILLRACE_${name.toUpperCase()}_QUEUE_URL`] = queueUrl
    env[`MILLRACE_${name.toUpperCase()}_DLQ_URL`] = deadLetterUrl
  }
  for (const bucket of options.buckets) await inject(app, url, { method: 'PUT', url: `/${bucket}` })
  return { url, env, close: () => app.close() }
}

async function createQueuePair(app: App, url: string, name: string, options: QueueServerOptions) {
  const common = {
    VisibilityTimeout: String(options.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(RETENTION_SECONDS),
  }
  const deadLetterUrl = await createQueue(app, url, options.region, `millrace-${name}-dlq`, common)
  const queueUrl = await createQueue(app, url, options.region, `millrace-${name}`, {
    ...common,
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:${options.region}:000000000000:millrace-${name}-dlq`,
      maxReceiveCount: options.attemptsMax,
    }),
  })
  return { queueUrl, deadLetterUrl }
}

async function createQueue(
  app: App,
  url: string,
  region: string,
  QueueName: string,
  Attributes: Readonly<Record<string, string>>,
): Promise<string> {
  const body = await inject(app, url, {
    method: 'POST',
    url: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.CreateQueue',
      authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/sqs/aws4_request`,
    },
    payload: JSON.stringify({ QueueName, Attributes }),
  })
  return (JSON.parse(body) as { QueueUrl: string }).QueueUrl
}

/** The host goes into the URLs of queues: it must be the one that clients reach. */
async function inject(
  app: App,
  url: string,
  request: {
    readonly method: 'POST' | 'PUT'
    readonly url: string
    readonly headers?: Readonly<Record<string, string>>
    readonly payload?: string
  },
): Promise<string> {
  const host = new URL(url).host
  const response = await app.inject({ ...request, headers: { ...request.headers, host } })
  if (response.statusCode !== 200) {
    throw new Error(`${request.method} ${request.url}: ${response.statusCode} ${response.body}`)
  }
  return response.body
}
