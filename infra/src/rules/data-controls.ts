import { ofType } from '../graph/graph.ts'
import type { Control } from './control.ts'
import { each, eachStatement, eachWithout, otherThan, statementsOf } from './each.ts'

interface EncryptionRule {
  readonly applyServerSideEncryptionByDefault?: { readonly sseAlgorithm?: string }
}

interface LifecycleRule {
  readonly expiration?: { readonly days?: number }
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays?: number }
}

const DAY_SECONDS = 86_400

/** Queues, topics, table, buckets and key: encrypted, private, kept. */
export const dataControls: readonly Control[] = [
  {
    id: 'SQS.1',
    source: 'Security Hub',
    says: 'queues are encrypted at rest',
    breaches: each(
      'sqs.Queue',
      ({ sqsManagedSseEnabled, kmsMasterKeyId }) =>
        sqsManagedSseEnabled !== true && kmsMasterKeyId === undefined && 'no encryption',
    ),
  },
  {
    id: 'SQS.3',
    source: 'FSBP',
    says: 'queue policies let nobody in from outside',
    breaches: eachStatement('sqs.QueuePolicy', openToAll),
  },
  {
    id: 'queue-tls',
    source: 'Millrace',
    says: 'each queue has a policy that refuses plain HTTP',
    breaches: (graph) => {
      const refusing = ofType(graph, 'sqs.QueuePolicy').filter(({ inputs }) =>
        refusesPlainHttp(inputs['policy']),
      )
      return ofType(graph, 'sqs.Queue')
        .filter(({ name }) => !refusing.some((policy) => policy.name === name))
        .map(({ name }) => ({ resource: `sqs.Queue ${name}`, found: 'takes plain HTTP' }))
    },
  },
  {
    id: 'dlq-retention',
    source: 'Millrace',
    says: 'a dead-letter queue keeps messages longer than its queue, whose age they keep',
    breaches: each('sqs.Queue', ({ redrivePolicy, messageRetentionSeconds }, { name }, graph) => {
      if (redrivePolicy === undefined) return !name.endsWith('-dlq') && 'no dead-letter queue'
      const dlq = ofType(graph, 'sqs.Queue').find((queue) => queue.name === `${name}-dlq`)
      const kept = Number(dlq?.inputs['messageRetentionSeconds'])
      return !(kept >= Number(messageRetentionSeconds) + 7 * DAY_SECONDS) && `${kept} s`
    }),
  },
  {
    id: 'SNS.1',
    source: 'Security Hub',
    says: 'topics are encrypted at rest with a key of KMS',
    breaches: each('sns.Topic', ({ kmsMasterKeyId }) => kmsMasterKeyId === undefined && 'no key'),
    justified: {
      '*': { 'sns.Topic alarms': 'it tells of a key that is disabled, and alarms hold no data' },
    },
  },
  {
    id: 'DynamoDB.1',
    source: 'FSBP',
    says: 'tables scale with demand',
    breaches: each('dynamodb.Table', ({ billingMode }) =>
      otherThan('PAY_PER_REQUEST', billingMode),
    ),
  },
  {
    id: 'DynamoDB.2',
    source: 'FSBP',
    says: 'tables can be restored to a point in time',
    breaches: each(
      'dynamodb.Table',
      ({ pointInTimeRecovery }) =>
        (pointInTimeRecovery as { enabled?: boolean } | undefined)?.enabled !== true && 'off',
    ),
  },
  {
    id: 'DynamoDB.6',
    source: 'FSBP',
    says: 'tables are protected against deletion',
    breaches: each(
      'dynamodb.Table',
      ({ deletionProtectionEnabled }) => deletionProtectionEnabled !== true && 'off',
    ),
    justified: { dev: { 'dynamodb.Table ledger': 'a stack for trying things is to be destroyed' } },
  },
  {
    id: 'protect',
    source: 'Millrace',
    says: 'Pulumi refuses to destroy or replace what holds data or images',
    breaches: (graph) =>
      ['s3.Bucket', 'dynamodb.Table', 'kms.Key', 'ecr.Repository'].flatMap((type) =>
        each(type, (_, { protect }) => protect !== true && 'unprotected')(graph),
      ),
    justified: {
      '*': { 's3.Bucket access-logs': 'it holds no data of jobs, and is emptied by its lifecycle' },
      dev: {
        's3.Bucket datasets': 'a stack for trying things is to be destroyed',
        's3.Bucket results': 'a stack for trying things is to be destroyed',
        'dynamodb.Table ledger': 'a stack for trying things is to be destroyed',
        'ecr.Repository producer': 'a stack for trying things is to be destroyed',
        'ecr.Repository consumer': 'a stack for trying things is to be destroyed',
        'ecr.Repository aggregator': 'a stack for trying things is to be destroyed',
      },
    },
  },
  {
    id: 'images-stay',
    source: 'Millrace',
    says: 'what runs is not deleted for another key',
    breaches: each(
      'ecr.Repository',
      (_, { ignoreChanges }) =>
        ignoreChanges?.includes('encryptionConfigurations') !== true && 'replaced',
    ),
  },
  {
    id: 'S3.5',
    source: 'FSBP, CIS 3.0',
    says: 'buckets refuse plain HTTP',
    breaches: (graph) => [
      ...eachWithout('s3.Bucket', 's3.BucketPolicy', 'bucket')(graph),
      ...each('s3.BucketPolicy', ({ policy }) => !refusesPlainHttp(policy) && 'no refusal')(graph),
    ],
  },
  {
    id: 'S3.8',
    source: 'FSBP, CIS 3.0',
    says: 'buckets block public access in all four ways (S3.2 and S3.3 follow)',
    breaches: (graph) => [
      ...eachWithout('s3.Bucket', 's3.BucketPublicAccessBlock', 'bucket')(graph),
      ...each('s3.BucketPublicAccessBlock', (inputs) =>
        ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'].find(
          (way) => inputs[way] !== true,
        ),
      )(graph),
    ],
  },
  {
    id: 'S3.9',
    source: 'FSBP',
    says: 'buckets log who reads and writes',
    breaches: eachWithout('s3.Bucket', 's3.BucketLogging', 'bucket'),
    justified: { '*': { 's3.Bucket access-logs': 'a log of the log would never end' } },
  },
  {
    id: 'S3.12',
    source: 'FSBP',
    says: 'ACLs are off',
    breaches: (graph) => [
      ...eachWithout('s3.Bucket', 's3.BucketOwnershipControls', 'bucket')(graph),
      ...each('s3.BucketOwnershipControls', ({ rule }) => {
        const { objectOwnership } = (rule ?? {}) as { objectOwnership?: string }
        return otherThan('BucketOwnerEnforced', objectOwnership)
      })(graph),
    ],
  },
  {
    id: 'S3.13',
    source: 'FSBP',
    says: 'buckets have a lifecycle',
    breaches: (graph) => [
      ...eachWithout('s3.Bucket', 's3.BucketLifecycleConfiguration', 'bucket')(graph),
      ...each('s3.BucketLifecycleConfiguration', ({ rules }) => {
        const all = (rules ?? []) as { status?: string }[]
        return !all.some(({ status }) => status === 'Enabled') && 'no rule that is enabled'
      })(graph),
    ],
  },
  {
    id: 'pinned-versions',
    source: 'Millrace',
    says: 'a version of a dataset outlasts the jobs that are pinned to it',
    breaches: (graph) => {
      const rulesOf = (bucket: string): readonly LifecycleRule[] =>
        (ofType(graph, 's3.BucketLifecycleConfiguration').find(({ name }) => name === bucket)
          ?.inputs['rules'] ?? []) as LifecycleRule[]
      const kept = Math.min(
        ...rulesOf('datasets').map((rule) => rule.noncurrentVersionExpiration?.noncurrentDays ?? 0),
      )
      const jobs = Math.max(...rulesOf('results').map((rule) => rule.expiration?.days ?? 0))
      if (kept > jobs) return []
      const resource = 's3.BucketLifecycleConfiguration datasets'
      return [{ resource, found: `${kept} days, and jobs are kept for ${jobs}` }]
    },
  },
  {
    id: 'S3.14',
    source: 'Security Hub',
    says: 'buckets keep versions',
    breaches: (graph) => [
      ...eachWithout('s3.Bucket', 's3.BucketVersioning', 'bucket')(graph),
      ...each('s3.BucketVersioning', ({ versioningConfiguration }) => {
        const { status } = (versioningConfiguration ?? {}) as { status?: string }
        return otherThan('Enabled', status)
      })(graph),
    ],
  },
  {
    id: 'bucket-encryption',
    source: 'Millrace',
    says: 'buckets are encrypted at rest',
    breaches: (graph) => [
      ...eachWithout('s3.Bucket', 's3.BucketServerSideEncryptionConfiguration', 'bucket')(graph),
      ...each('s3.BucketServerSideEncryptionConfiguration', ({ rules }) => {
        const [rule] = (rules ?? []) as EncryptionRule[]
        return (
          rule?.applyServerSideEncryptionByDefault?.sseAlgorithm === undefined && 'no algorithm'
        )
      })(graph),
    ],
  },
  {
    id: 'KMS.4',
    source: 'CIS 3.0',
    says: 'keys rotate',
    breaches: each(
      'kms.Key',
      ({ enableKeyRotation }) => enableKeyRotation !== true && 'no rotation',
    ),
  },
  {
    id: 'KMS.5',
    source: 'FSBP',
    says: 'key policies let nobody in from outside',
    breaches: eachStatement('kms.Key', openToAll),
  },
]

function openToAll({ Effect, Principal }: { Effect: string; Principal?: unknown }) {
  const { AWS } = (Principal ?? {}) as { AWS?: unknown }
  const all = Principal === '*' || [AWS].flat().includes('*')
  return Effect === 'Allow' && all && JSON.stringify(Principal)
}

function refusesPlainHttp(policy: unknown): boolean {
  return statementsOf(policy).some(
    ({ Effect, Principal, Action, Condition }) =>
      Effect === 'Deny' &&
      Principal === '*' &&
      /^(s3|sqs):\*$/.test(String(Action)) &&
      Condition?.['Bool']?.['aws:SecureTransport'] === 'false',
  )
}
