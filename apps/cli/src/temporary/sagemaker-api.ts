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

/** Something that there is, or not, in the account that was asked. */
export interface Looked<Seen> {
  readonly seen: Seen | undefined
  /** Twelve digits; nothing where the answer does not tell. */
  readonly account: string | undefined
}

/** The calls of SageMaker's API that a temporary endpoint needs. What is there, or gone, already is no failure of them. */
export interface SageMakerApi extends Disposable {
  /** When the model was made; nothing when there is none of the name. */
  modelMadeAt(name: string, signal: AbortSignal): Promise<Date | undefined>
  describe(endpoint: TemporaryEndpoint, signal: AbortSignal): Promise<Looked<EndpointSeen>>
  create(endpoint: TemporaryEndpoint, signal: AbortSignal): Promise<void>
  /** `seen` is nothing when there was no such endpoint. */
  remove(endpoint: TemporaryEndpoint, signal: AbortSignal): Promise<Looked<'deleting'>>
  removeConfig(name: string, signal: AbortSignal): Promise<void>
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
      const { seen } = await unlessMissing(client.send(command, { abortSignal }))
      return seen?.CreationTime
    },
    async describe({ name }, abortSignal) {
      const command = new DescribeEndpointCommand({ EndpointName: name })
      const { seen, account } = await unlessMissing(client.send(command, { abortSignal }))
      if (seen === undefined) return { seen, account }
      const { EndpointStatus: status = 'unknown', EndpointConfigName: config } = seen
      const facts = { status, config, failure: seen.FailureReason }
      return { seen: facts, account: accountIn(seen.EndpointArn) }
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
    async remove({ name }, abortSignal) {
      const command = new DeleteEndpointCommand({ EndpointName: name })
      const { seen, account } = await unlessMissing(client.send(command, { abortSignal }))
      return { seen: seen && 'deleting', account }
    },
    async removeConfig(name, abortSignal) {
      const command = new DeleteEndpointConfigCommand({ EndpointConfigName: name })
      await unlessMissing(client.send(command, { abortSignal }))
    },
    [Symbol.dispose]: () => client.destroy(),
  }
}

/** For whoever finds one in a list of endpoints, or of costs. */
const TAGS = [{ Key: 'millrace', Value: 'temporary-endpoint' }] as const

/**
 * SageMaker has one name for all that is not as it should be: the words tell what is not there, and by its ARN in
 * which account it is not.
 */
async function unlessMissing<Answer>(sent: Promise<Answer>): Promise<Looked<Answer>> {
  try {
    return { seen: await sent, account: undefined }
  } catch (error) {
    const { message } = validationIn(error, /could not find/i)
    return { seen: undefined, account: accountIn(message) }
  }
}

/** Of a request whose answer was lost, too. */
async function unlessThere(sent: Promise<unknown>): Promise<void> {
  try {
    await sent
  } catch (error) {
    validationIn(error, /already exist/i)
  }
}

function validationIn(error: unknown, words: RegExp): Error {
  const told = error as Error
  if (told.name === 'ValidationException' && words.test(told.message)) return told
  throw error
}

const accountIn = (text = ''): string | undefined =>
  /arn:[a-z-]+:sagemaker:[a-z0-9-]*:(\d{12}):/.exec(text)?.[1]
