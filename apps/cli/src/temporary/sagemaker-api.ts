import { Agent } from 'node:https'
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeModelCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { configNameOf, type TemporaryEndpoint } from './temporary-endpoint.ts'

/** What DescribeEndpoint tells. */
export interface EndpointSeen {
  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html */
  readonly status: string
  readonly config: string | undefined
  readonly failure: string | undefined
}

/** The calls of SageMaker's API that a temporary endpoint needs. What is there, or gone, already is no failure of them. */
export interface SageMakerApi extends Disposable {
  /** When the model was made; nothing when there is none of the name. */
  modelMadeAt(name: string, signal: AbortSignal): Promise<Date | undefined>
  /** Nothing when there is no such endpoint. */
  describe(endpoint: TemporaryEndpoint, signal: AbortSignal): Promise<EndpointSeen | undefined>
  create(endpoint: TemporaryEndpoint, signal: AbortSignal): Promise<void>
  /**
   * @param config the configuration that goes with it; default: the one by which it is made.
   * @returns false when there was no such endpoint.
   */
  remove(endpoint: TemporaryEndpoint, signal: AbortSignal, config?: string): Promise<boolean>
}

/**
 * By the usual AWS chain, and by the proxy that the environment names, where Node can (22.21, 24.5).
 *
 * @param maxAttempts of each call; 1 for who repeats it himself.
 */
export function openSageMaker(
  region: string,
  env: Readonly<Record<string, string | undefined>>,
  maxAttempts: number,
): SageMakerApi {
  const place = env['AWS_ENDPOINT_URL_SAGEMAKER'] || env['AWS_ENDPOINT_URL'] || undefined
  const client = new SageMakerClient({
    region,
    maxAttempts,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 20_000,
      throwOnRequestTimeout: true,
      httpsAgent: new Agent({ keepAlive: true, proxyEnv: { ...env } }),
    },
    ...(place === undefined ? {} : { endpoint: place }),
  })
  return {
    async modelMadeAt(name, abortSignal) {
      const command = new DescribeModelCommand({ ModelName: name })
      const found = await unlessMissing(client.send(command, { abortSignal }))
      return found?.CreationTime
    },
    async describe({ name }, abortSignal) {
      const command = new DescribeEndpointCommand({ EndpointName: name })
      const found = await unlessMissing(client.send(command, { abortSignal }))
      if (found === undefined) return undefined
      const { EndpointStatus: status = 'unknown', EndpointConfigName: config } = found
      return { status, config, failure: found.FailureReason }
    },
    async create(endpoint, abortSignal) {
      const EndpointConfigName = configNameOf(endpoint)
      const { name, model, instances } = endpoint
      const variant = {
        VariantName: 'AllTraffic',
        ModelName: model,
        InstanceType: instances.type as 'ml.m5.xlarge',
        InitialInstanceCount: instances.count,
      }
      const named = { EndpointConfigName, Tags: [...TAGS] }
      const config = new CreateEndpointConfigCommand({ ...named, ProductionVariants: [variant] })
      await unlessThere(client.send(config, { abortSignal }))
      const command = new CreateEndpointCommand({ ...named, EndpointName: name })
      await unlessThere(client.send(command, { abortSignal }))
    },
    async remove(endpoint, abortSignal, EndpointConfigName = configNameOf(endpoint)) {
      const command = new DeleteEndpointCommand({ EndpointName: endpoint.name })
      const removed = await unlessMissing(client.send(command, { abortSignal }))
      const config = new DeleteEndpointConfigCommand({ EndpointConfigName })
      await unlessMissing(client.send(config, { abortSignal }))
      return removed !== undefined
    },
    [Symbol.dispose]: () => client.destroy(),
  }
}

/** For whoever finds one in a list of endpoints, or of costs. */
const TAGS = [{ Key: 'millrace', Value: 'temporary-endpoint' }] as const

/** SageMaker has one name for all that is not as it should be: the words tell what is not there. */
const unlessMissing = <Answer>(sent: Promise<Answer>): Promise<Answer | undefined> =>
  unless(sent, /could not find/i)

/** Of a request whose answer was lost, too. */
const unlessThere = (sent: Promise<unknown>): Promise<unknown> => unless(sent, /already exist/i)

async function unless<Answer>(sent: Promise<Answer>, words: RegExp): Promise<Answer | undefined> {
  try {
    return await sent
  } catch (error) {
    const { name, message } = error as Error
    if (name === 'ValidationException' && words.test(message)) return undefined
    throw error
  }
}
