import type { Graph } from '../graph/graph.ts'
import { ACCOUNT } from '../graph/mock-account.ts'

type Denied = readonly [
  what: string,
  action: string,
  resource: (graph: Graph) => string,
  context?: Readonly<Record<string, string>>,
  /** The one app that it is granted to. */
  but?: string,
]

const named = (graph: Graph, name: string): string => `millrace-${graph.stack}-${name}`
const own = (service: string, before: string, name: string) => (graph: Graph) =>
  `arn:aws:${service}:${graph.region}:${ACCOUNT}:${before}${named(graph, name)}`
const object = (name: string, key: string) => (graph: Graph) =>
  `arn:aws:s3:::${named(graph, name)}/${key}`
const ownTask = (graph: Graph) =>
  `arn:aws:ecs:${graph.region}:${ACCOUNT}:task/millrace-${graph.stack}/a-task`
const foreign = (arn: string) => () => arn
const mine = { 'aws:ResourceAccount': ACCOUNT }
const theirs = { 'aws:ResourceAccount': '999999999999' }
const plain = { 'aws:SecureTransport': 'false' }

/** What a message, a mistake or a thief inside a task must never reach. */
export const deniedCalls: readonly Denied[] = [
  [
    'invoke an endpoint outside of the settings',
    'sagemaker:InvokeEndpoint',
    foreign(`arn:aws:sagemaker:eu-central-1:${ACCOUNT}:endpoint/payroll`),
  ],
  [
    'invoke an endpoint whose name only begins alike',
    'sagemaker:InvokeEndpoint',
    foreign(`arn:aws:sagemaker:eu-central-1:${ACCOUNT}:endpoint/churn-v3-shadow`),
  ],
  [
    'invoke an endpoint of another account',
    'sagemaker:InvokeEndpoint',
    foreign('arn:aws:sagemaker:eu-central-1:999999999999:endpoint/churn-v3'),
  ],
  [
    'delete an endpoint',
    'sagemaker:DeleteEndpoint',
    foreign(`arn:aws:sagemaker:eu-central-1:${ACCOUNT}:endpoint/churn-v3`),
  ],
  ["read a stranger's bucket", 's3:GetObject', foreign('arn:aws:s3:::payroll/salaries.csv')],
  [
    'read beside an allowed prefix',
    's3:GetObject',
    foreign('arn:aws:s3:::warehouse-exports/payroll/a.csv'),
    mine,
  ],
  [
    'read a bucket that is now of another account',
    's3:GetObject',
    foreign('arn:aws:s3:::warehouse-exports/churn/a.csv'),
    theirs,
  ],
  [
    'list a bucket that is now of another account',
    's3:ListBucket',
    foreign('arn:aws:s3:::partner-tables'),
    { ...theirs, 's3:prefix': 'scores/in/' },
  ],
  [
    'list beside an allowed prefix',
    's3:ListBucket',
    foreign('arn:aws:s3:::warehouse-exports'),
    { ...mine, 's3:prefix': 'payroll/' },
  ],
  [
    'list a whole bucket of others',
    's3:ListBucket',
    foreign('arn:aws:s3:::warehouse-exports'),
    mine,
  ],
  ['write into datasets', 's3:PutObject', object('datasets', 'a.csv')],
  ['delete a dataset', 's3:DeleteObject', object('datasets', 'a.csv')],
  ['delete a plan', 's3:DeleteObject', object('results', 'work/j-1/plan')],
  ['remove an old version', 's3:DeleteObjectVersion', object('results', 'results/a.csv')],
  // Who writes a result only over what it has seen there has to be allowed to read it.
  ['read results', 's3:GetObject', object('results', 'results/a.csv'), {}, 'aggregator'],
  ['open a bucket to others', 's3:PutBucketPolicy', foreign('arn:aws:s3:::millrace-prod-results')],
  ['delete from the ledger', 'dynamodb:DeleteItem', own('dynamodb', 'table/', 'ledger')],
  ['scan the ledger', 'dynamodb:Scan', own('dynamodb', 'table/', 'ledger')],
  ['delete the ledger', 'dynamodb:DeleteTable', own('dynamodb', 'table/', 'ledger')],
  [
    'write to another table',
    'dynamodb:PutItem',
    foreign(`arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/customers`),
  ],
  ['purge a queue', 'sqs:PurgeQueue', own('sqs', '', 'batches')],
  ['take from a dead-letter queue', 'sqs:ReceiveMessage', own('sqs', '', 'batches-dlq')],
  [
    "publish on a stranger's queue",
    'sqs:SendMessage',
    foreign(`arn:aws:sqs:eu-central-1:${ACCOUNT}:orders`),
  ],
  [
    "put events on a stranger's bus",
    'events:PutEvents',
    foreign(`arn:aws:events:eu-central-1:${ACCOUNT}:event-bus/default`),
  ],
  ['ring the alarms', 'sns:Publish', own('sns', '', 'alarms')],
  ['publish over plain HTTP', 'sqs:SendMessage', own('sqs', '', 'batches'), plain],
  ['receive over plain HTTP', 'sqs:ReceiveMessage', own('sqs', '', 'jobs'), plain],
  ['read a dataset over plain HTTP', 's3:GetObject', object('datasets', 'a.csv'), plain],
  [
    'decrypt with another key',
    'kms:Decrypt',
    foreign(`arn:aws:kms:eu-central-1:${ACCOUNT}:key/payroll`),
  ],
  ['take another role', 'sts:AssumeRole', foreign(`arn:aws:iam::${ACCOUNT}:role/admin`)],
  ['give a role away', 'iam:PassRole', foreign(`arn:aws:iam::${ACCOUNT}:role/admin`)],
  [
    'read a secret',
    'secretsmanager:GetSecretValue',
    foreign(`arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:db`),
  ],
  [
    'scale itself',
    'ecs:UpdateService',
    foreign(`arn:aws:ecs:eu-central-1:${ACCOUNT}:service/millrace-prod/consumer`),
  ],
  ['stop a task', 'ecs:StopTask', ownTask],
  [
    'protect the task of another cluster',
    'ecs:UpdateTaskProtection',
    foreign(`arn:aws:ecs:eu-central-1:${ACCOUNT}:task/checkout/a-task`),
  ],
]
