import { createServing } from '../create-serving.ts'
import type { Serving } from '../serve-invocation.ts'
import { ACCOUNT, type ServiceError, validationException } from '../service-error.ts'
import type { Config, EndpointStatus, SageMakerOptions } from './sagemaker-options.ts'

interface Endpoint {
  readonly name: string
  readonly config: Config
  readonly createdAtMs: number
  /** Why nothing comes of it. */
  readonly failure: string | undefined
  readonly serving: Serving
  deletedAtMs: number | undefined
}

/** What DescribeEndpoint tells of an endpoint. */
interface Described {
  readonly name: string
  readonly config: Config
  readonly status: EndpointStatus
  readonly failure: string | undefined
  readonly arn: string
}

/** The endpoints and configurations of the account. What it refuses is thrown as a `ServiceError`. */
export interface Account {
  describeModel(name: string): void
  createConfig(config: Config): void
  describeConfig(name: string): Config
  deleteConfig(name: string): void
  createEndpoint(name: string, config: string): void
  describeEndpoint(name: string): Described
  deleteEndpoint(name: string): void
  readonly endpointNames: () => string[]
  readonly configs: () => Config[]
  /** What serves the invocations of an endpoint; nothing when there is none that is in service. */
  servingOf(name: string): Serving | undefined
  rowsScored(name: string): number
}

export function createAccount(options: () => SageMakerOptions, nowMs: () => number): Account {
  const configs = new Map<string, Config>()
  const endpoints = new Map<string, Endpoint>()
  const servings = new Map<string, Serving[]>()

  function statusOf({ createdAtMs, deletedAtMs, failure }: Endpoint): EndpointStatus {
    if (deletedAtMs !== undefined) return 'Deleting'
    const { creatingMs = 0 } = options()
    if (nowMs() < createdAtMs + creatingMs) return 'Creating'
    return failure === undefined ? 'InService' : 'Failed'
  }
  function endpointOf(name: string): Endpoint | undefined {
    const endpoint = endpoints.get(name)
    const { deletingMs = 0 } = options()
    if (endpoint?.deletedAtMs === undefined || nowMs() < endpoint.deletedAtMs + deletingMs) {
      return endpoint
    }
    endpoints.delete(name)
    return undefined
  }
  function foundEndpoint(name: string): Endpoint {
    return endpointOf(name) ?? notFound('endpoint', name)
  }
  return {
    describeModel(name) {
      if (options().models[name] === undefined) notFound('model', name)
    },
    createConfig(config) {
      this.describeModel(config.model)
      if (configs.has(config.name)) exists('endpoint configuration', config.name)
      configs.set(config.name, config)
    },
    describeConfig: (name) => configs.get(name) ?? notFound('endpoint configuration', name),
    deleteConfig(name) {
      this.describeConfig(name)
      configs.delete(name)
    },
    createEndpoint(name, configName) {
      const config = this.describeConfig(configName)
      if (endpointOf(name) !== undefined) exists('endpoint', name)
      const { models, failure, serving: behaviour } = options()
      const model = models[config.model] ?? notFound('model', config.model)
      const serving = createServing({ ...behaviour, name, model })
      servings.set(name, [...(servings.get(name) ?? []), serving])
      endpoints.set(name, {
        ...{ name, config, failure, serving },
        ...{ createdAtMs: nowMs(), deletedAtMs: undefined },
      })
    },
    describeEndpoint(name) {
      const endpoint = foundEndpoint(name)
      const status = statusOf(endpoint)
      const failure = status === 'Failed' ? endpoint.failure : undefined
      return { name, config: endpoint.config, status, failure, arn: arnOf('endpoint', name) }
    },
    deleteEndpoint(name) {
      const endpoint = foundEndpoint(name)
      // https://github.com/aws/amazon-sagemaker-examples/issues/3432: none that is being made, either.
      if (['Creating', 'Deleting'].includes(statusOf(endpoint))) {
        refuse(`Cannot update in-progress endpoint "${arnOf('endpoint', name)}".`)
      }
      endpoint.deletedAtMs = nowMs()
    },
    endpointNames: () => [...endpoints.keys()].filter((name) => endpointOf(name) !== undefined),
    configs: () => [...configs.values()],
    servingOf(name) {
      const endpoint = endpointOf(name)
      return endpoint !== undefined && statusOf(endpoint) === 'InService'
        ? endpoint.serving
        : undefined
    },
    rowsScored: (name) =>
      (servings.get(name) ?? []).reduce((rows, { stats }) => rows + stats.rows, 0),
  }
}

/** The region that stands in the names; a local service is in none. */
const REGION = 'us-east-1'

const arnOf = (kind: string, name: string): string =>
  `arn:aws:sagemaker:${REGION}:${ACCOUNT}:${kind.replace('endpoint configuration', 'endpoint-config')}/${name}`

const notFound = (kind: string, name: string): never =>
  refuse(`Could not find ${kind} "${arnOf(kind, name)}".`)

const exists = (kind: string, name: string): never =>
  refuse(`Cannot create already existing ${kind} "${arnOf(kind, name)}".`)

/** The words are those of the service, as in https://github.com/hashicorp/terraform-provider-aws/issues/40080. */
function refuse(message: string): never {
  throw new Refusal(validationException(message))
}

/** What the service answers in place of doing what it was asked for. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly answer: ServiceError

  constructor(answer: ServiceError) {
    super(answer.code)
    this.answer = answer
  }
}
