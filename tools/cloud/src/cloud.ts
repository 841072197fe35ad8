import { limits } from '@millrace/job'
import { type AccessKey, makeAccessKey } from './access-key.ts'
import { type CloudUsage, createUsageCounter } from './count-usage.ts'
import { startLedgerServer } from './ledger-server.ts'
import { startQueueServer } from './queue-server.ts'

export interface CloudOptions {
  /** Port of SQS and S3; a free one when absent. DynamoDB takes a free one always. */
  readonly port?: number | undefined
  /** Folder that keeps the ledger. In memory when absent. Queues and objects are never kept. */
  readonly stateDir?: string | undefined
  /** Names an S3 endpoint in `env` too. Without it apps go to the real S3. Default: false. */
  readonly s3?: boolean | undefined
  /** S3 buckets to begin with; they imply `s3`. */
  readonly buckets?: readonly string[] | undefined
  /** Every message published is delivered twice, as SQS may do. Default: false. */
  readonly deliverTwice?: boolean | undefined
  readonly visibilityTimeoutSeconds?: number | undefined
  /** Receives after which a message goes to its dead-letter queue. */
  readonly attemptsMax?: number | undefined
  /** Counts what clients use, for `usage`. It costs a little of each request. Default: false. */
  readonly counting?: boolean | undefined
}

/** SQS, DynamoDB and S3 on loopback, in this process, for whoever knows their key. */
export interface Cloud {
  /**
   * What an app needs to find them, as environment variables. Requests by other credentials than these
   * are refused; for an app that also calls AWS, see `withKeysInUrls`.
   */
  readonly env: Readonly<Record<string, string>>
  /** Those in `env`, new with each start. */
  readonly credentials: AccessKey
  /** What was used since the start; nothing unless it is counting. */
  readonly usage: CloudUsage
  /** Ends every open request and frees ports, files and memory. Repeating it is harmless. */
  close(): Promise<void>
}

const REGION = 'us-east-1'
export const LEDGER_TABLE = 'millrace-ledger'

/**
 * Starts them with the queues and the table of Millrace.
 *
 * @throws {CloudError} `port_in_use`, or `state_in_use` when another process has the folder.
 */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const counter = createUsageCounter()
  const counting = options.counting === true ? counter : undefined
  const credentials = makeAccessKey()
  const ledger = await startLedgerServer({
    region: REGION,
    credentials,
    tableName: LEDGER_TABLE,
    stateDir: options.stateDir,
    counting,
  })
  const queues = await startQueueServer({
    region: REGION,
    credentials,
    port: options.port ?? 0,
    buckets: options.buckets ?? [],
    deliverTwice: options.deliverTwice ?? false,
    visibilityTimeoutSeconds: options.visibilityTimeoutSeconds ?? limits.visibilityTimeoutSeconds,
    attemptsMax: options.attemptsMax ?? limits.attemptsMax,
    counting,
  }).catch(async (error: unknown) => {
    await ledger.close()
    throw error
  })
  counter.reset()
  const hasS3 = options.s3 === true || options.buckets !== undefined
  let closed: Promise<void> | undefined
  return {
    env: {
      AWS_REGION: REGION,
      // What boto3 reads, and it alone.
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL_SQS: queues.url,
      AWS_ENDPOINT_URL_DYNAMODB: ledger.url,
      ...(hasS3 ? { AWS_ENDPOINT_URL_S3: queues.url } : {}),
      ...queues.env,
      MILLRACE_LEDGER_TABLE: LEDGER_TABLE,
    },
    credentials,
    get usage() {
      return counter.usage
    },
    close: () => (closed ??= Promise.all([queues.close(), ledger.close()]).then(() => undefined)),
  }
}
