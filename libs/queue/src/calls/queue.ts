import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { keyedEndpoint } from '@millrace/aws'
import { limits } from '@millrace/job'

/** A queue and the client that reaches it. */
export interface Queue {
  readonly client: SQSClient
  readonly url: string
}

/** Above SQS's long poll by what a slow network may add. */
const RECEIVE_TIMEOUT_MS = (limits.receiveWaitSeconds + 10) * 1_000
const CALL_TIMEOUT_MS = 10_000

/**
 * A client with our own time-outs. An app has one that receives and others for the rest (see `openQueues`): sixty
 * long polls on one client's fifty sockets hold a delete back for seconds.
 *
 * `maxAttempts` is 1, because retries are ours: the SDK would repeat a timed-out call beneath our own
 * repeats, and stops retrying altogether once its budget of 500 tokens is spent. Without
 * `throwOnRequestTimeout` the SDK only warns when a request is late, and goes on waiting.
 */
export function createQueueClient(options: {
  readonly region: string
  /** Another place than AWS, maybe with its keys; it is used whatever host a queue's URL names. */
  readonly endpointUrl?: string | undefined
  /** Default: `acknowledge`, which is everything but receiving. */
  readonly use?: 'receive' | 'acknowledge'
  /** Those in `endpointUrl` go before them. Default: the AWS chain. */
  readonly credentials?: NonNullable<SQSClientConfig['credentials']>
}): SQSClient {
  const { region, use = 'acknowledge' } = options
  const { endpointUrl, credentials } = keyedEndpoint(options.endpointUrl, options.credentials)
  const agent = { keepAlive: true, maxSockets: use === 'receive' ? 8 : 50 }
  return new SQSClient({
    region,
    maxAttempts: 1,
    useQueueUrlAsEndpoint: false,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: use === 'receive' ? RECEIVE_TIMEOUT_MS : CALL_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  })
}
