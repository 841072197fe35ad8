import { type Graph, ofType } from '../graph/graph.ts'
import { ACCOUNT } from '../graph/mock-account.ts'
import type { Settings } from '../settings.ts'
import type { Request } from './evaluate.ts'

/** What a stack lets jobs reach, as its settings name it. */
export interface Reach {
  readonly endpoints: readonly string[]
  readonly inferenceComponents: readonly string[]
  /** Dataset prefixes outside of the stack, `s3://bucket/prefix/`. */
  readonly datasets: Settings['datasets']
}

/** A line of `calls.txt`: which app, which action, on what. */
export interface Call {
  readonly app: string
  readonly action: string
  /** Such as `queue batches`, `object results/work/`, `bucket datasets by prefix`, `endpoint`. */
  readonly on: string
}

export function readCalls(text: string): readonly Call[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [app = '', action = '', ...on] = line.split(' ')
      return { app, action, on: on.join(' ') }
    })
}

/**
 * What IAM is asked for a recorded call in a stack, which differs from the emulators in three ways: it
 * has datasets in other buckets too; its buckets keep versions, so a pinned read names one; and where
 * it has a key, each service uses it in the caller's name.
 */
export function requestsOf(graph: Graph, reach: Reach, call: Call): readonly Request[] {
  const direct = placesOf(graph, reach, call.on).flatMap(({ resource, context = {}, key }) => [
    { action: call.action, resource, context },
    ...(call.action === 's3:GetObject' && PINNED.has(call.on)
      ? [{ action: 's3:GetObjectVersion', resource, context }]
      : []),
    ...keyActions(call.action).flatMap((action) =>
      key === undefined ? [] : [{ action, resource: key, context: {} }],
    ),
  ])
  return direct
}

/** Where pinned objects lie: datasets, and the copies of those that were decompressed. */
const PINNED = new Set(['object datasets/', 'object results/work/'])

interface Place {
  readonly resource: string
  readonly context?: Readonly<Record<string, string>>
  /** The key that what lies there is encrypted with. */
  readonly key?: string | undefined
}

function placesOf(graph: Graph, reach: Reach, on: string): readonly Place[] {
  const [kind = '', what = '', by = ''] = on.split(' ')
  const key = keyOf(graph)
  const [name = '', ...path] = what.split('/')
  switch (kind) {
    case 'queue':
      return [{ resource: arn(graph, 'sqs', name), key }]
    case 'bus':
      return mayBe(
        graph,
        'cloudwatch.EventBus',
        name,
        arn(graph, 'events', `event-bus/${named(graph, name)}`, ''),
      )
    case 'topic':
      return mayBe(graph, 'sns.Topic', name, arn(graph, 'sns', name), key)
    case 'table':
      return [{ resource: arn(graph, 'dynamodb', `table/${named(graph, name)}`, ''), key }]
    case 'index':
      return [
        {
          resource: arn(
            graph,
            'dynamodb',
            `table/${named(graph, name)}/index/${path.join('/')}`,
            '',
          ),
          key,
        },
      ]
    case 'service':
      return [
        {
          resource: arn(graph, 'ecs', `service/millrace-${graph.stack}/${named(graph, name)}`, ''),
        },
      ]
    case 'task':
      return [{ resource: arn(graph, 'ecs', `task/millrace-${graph.stack}/a-task`, '') }]
    case 'endpoint':
      return [
        ...reach.endpoints.flatMap(spellings).map((endpoint) => `endpoint/${endpoint}`),
        ...reach.inferenceComponents.flatMap(spellings).map((it) => `inference-component/${it}`),
      ].map((resource) => ({ resource: arn(graph, 'sagemaker', resource, '') }))
    case 'object':
      return [
        { resource: `arn:aws:s3:::${named(graph, name)}/${anObject(path.join('/'))}`, key },
        ...(name === 'datasets' ? reach.datasets.map(objectOf) : []),
      ]
    case 'bucket':
      return bucketsOf(graph, reach, name, by === 'by')
    default:
      throw new Error(`a call on ${on}, which no stack has`)
  }
}

/** What a stack has only when its settings ask for it. */
function mayBe(
  graph: Graph,
  type: string,
  name: string,
  resource: string,
  key?: string,
): readonly Place[] {
  const isThere = ofType(graph, type).some((found) => found.name === name)
  return isThere ? [{ resource, key }] : []
}

function bucketsOf(graph: Graph, reach: Reach, name: string, byPrefix: boolean): Place[] {
  const resource = `arn:aws:s3:::${named(graph, name)}`
  if (!byPrefix) return [{ resource }]
  const others = reach.datasets.map((dataset) => {
    const { bucket, prefix } = splitUri(dataset.uri)
    const context = { ...ownerOf(dataset), 's3:prefix': prefix }
    return { resource: `arn:aws:s3:::${bucket}`, context }
  })
  return [
    { resource, context: { 's3:prefix': 'a/folder/' } },
    ...(name === 'datasets' ? others : []),
  ]
}

/** A key below a prefix, or of a pattern. */
const anObject = (path: string): string =>
  path.includes('*') ? path.replace('*', 'an-object') : `${path}an-object`

function objectOf(dataset: Reach['datasets'][number]): Place {
  const { bucket, prefix } = splitUri(dataset.uri)
  const resource = `arn:aws:s3:::${bucket}/${prefix}an-object`
  return { resource, context: ownerOf(dataset), key: dataset.kmsKeyArn }
}

const ownerOf = ({ account = ACCOUNT }: Reach['datasets'][number]) => ({
  'aws:ResourceAccount': account,
})

function splitUri(uri: string): { bucket: string; prefix: string } {
  const [bucket = '', ...path] = uri.replace('s3://', '').split('/')
  return { bucket, prefix: path.join('/') }
}

/** SageMaker writes names into ARNs in lower case; a policy that names both holds in either case. */
const spellings = (name: string): string[] => [...new Set([name, name.toLowerCase()])]

const named = ({ stack }: Graph, name: string): string => `millrace-${stack}-${name}`

const arn = (graph: Graph, service: string, name: string, before = named(graph, '')): string =>
  `arn:aws:${service}:${graph.region}:${ACCOUNT}:${before}${name}`

const keyOf = (graph: Graph): string | undefined =>
  ofType(graph, 'kms.Key').length === 0
    ? undefined
    : arn(graph, 'kms', `key/${named(graph, 'key')}`, '')

/**
 * What a service asks of the key in the caller's name. SQS: developer guide, "Key management"; S3: user
 * guide, "Using server-side encryption with AWS KMS keys"; SNS: developer guide, "Key management"; DynamoDB: developer guide, "DynamoDB
 * encryption at rest".
 */
function keyActions(action: string): readonly string[] {
  const [service = '', verb = ''] = action.split(':')
  if (verb === 'ReceiveMessage' || verb === 'GetObject') return ['kms:Decrypt']
  if (action === 'sns:Publish' || verb === 'SendMessage' || verb === 'PutObject')
    return ['kms:Decrypt', 'kms:GenerateDataKey']
  return service === 'dynamodb' ? ['kms:Decrypt'] : []
}
