import { expect, test } from 'vitest'
import { type Graph, graphOf, ofType } from '../graph/graph.ts'
import type { Resource } from '../graph/mock-account.ts'
import type { PolicyJson, StatementJson } from '../iam/policy-json.ts'
import { controls } from './controls.ts'
import { type Container, statementsOf } from './each.ts'

type Break = (graph: Graph) => Graph

/** Changes the first resource of a type, or the one of a name; `undefined` takes it away. */
const change =
  (type: string, how: (resource: Resource) => Resource | undefined, name?: string): Break =>
  (graph) => {
    const wanted = ofType(graph, type).find((it) => name === undefined || it.name === name)
    if (wanted === undefined) throw new Error(`no ${type} to break`)
    const resources = graph.resources.flatMap((it) => (it === wanted ? (how(it) ?? []) : it))
    return { ...graph, resources }
  }

/** By other inputs: those that are `undefined` are absent. */
const by = (type: string, inputs: Resource['inputs'], name?: string) =>
  change(type, (it) => ({ ...it, inputs: { ...it.inputs, ...inputs } }), name)

const without = (type: string) => change(type, () => undefined)

const byContainer = (over: { readonly [Name in keyof Container]?: Container[Name] | undefined }) =>
  change('ecs.TaskDefinition', (it) => {
    const [first, ...more] = JSON.parse(String(it.inputs['containerDefinitions'])) as Container[]
    const containerDefinitions = JSON.stringify([{ ...first, ...over }, ...more])
    return { ...it, inputs: { ...it.inputs, containerDefinitions } }
  })

const byStatement = (type: string, statement: Partial<StatementJson>, key = 'policy') =>
  change(type, (it) => {
    const Statement = [...statementsOf(it.inputs[key]), { Effect: 'Allow', ...statement }]
    return { ...it, inputs: { ...it.inputs, [key]: JSON.stringify({ Statement }) } }
  })

/** By a policy that says nothing. */
const emptied = (type: string) =>
  by(type, { policy: JSON.stringify({ Version: '', Statement: [] } satisfies PolicyJson) })

const add =
  (type: string, inputs: Resource['inputs']): Break =>
  (graph) => ({
    ...graph,
    resources: [...graph.resources, { type, name: 'more', provider: '', inputs }],
  })

const everybody = { Principal: { AWS: ['*'] } }
const exposed = { networkConfiguration: { assignPublicIp: true } }
const noDigest = 'millrace-consumer:latest'

/** What breaks each control, and what is found then. */
const breaks: readonly (readonly [id: string, found: string, how: Break])[] = [
  ['SQS.1', 'no encryption', by('sqs.Queue', { kmsMasterKeyId: undefined })],
  ['SQS.3', '{"AWS":["*"]}', byStatement('sqs.QueuePolicy', everybody)],
  ['queue-tls', 'takes plain HTTP', without('sqs.QueuePolicy')],
  ['queue-tls', 'takes plain HTTP', emptied('sqs.QueuePolicy')],
  ['SNS.1', 'no key', add('aws:sns/topic:Topic', {})],
  ['health-check', 'no check', byContainer({ healthCheck: undefined })],
  ['health-check', 'no check', byContainer({ environment: [] })],
  ['rollback-told', 'nobody is told', add('aws:ecs/service:Service', { launchType: 'FARGATE' })],
  ['dlq-retention', '345600 s', by('sqs.Queue', { messageRetentionSeconds: 345_600 })],
  ['dlq-retention', 'no dead-letter queue', by('sqs.Queue', { redrivePolicy: undefined }, 'jobs')],
  ['DynamoDB.1', 'absent', by('dynamodb.Table', { billingMode: undefined })],
  ['DynamoDB.1', 'PROVISIONED', by('dynamodb.Table', { billingMode: 'PROVISIONED' })],
  ['DynamoDB.2', 'off', by('dynamodb.Table', { pointInTimeRecovery: undefined })],
  ['DynamoDB.6', 'off', by('dynamodb.Table', { deletionProtectionEnabled: undefined })],
  ['protect', 'unprotected', change('kms.Key', (it) => ({ ...it, protect: false }))],
  ['images-stay', 'replaced', change('ecr.Repository', (it) => ({ ...it, ignoreChanges: [] }))],
  ['S3.5', 'no s3.BucketPolicy', without('s3.BucketPolicy')],
  ['S3.5', 'no refusal', emptied('s3.BucketPolicy')],
  ['S3.8', 'no s3.BucketPublicAccessBlock', without('s3.BucketPublicAccessBlock')],
  ['S3.8', 'ignorePublicAcls', by('s3.BucketPublicAccessBlock', { ignorePublicAcls: undefined })],
  ['S3.9', 'no s3.BucketLogging', without('s3.BucketLogging')],
  ['S3.12', 'no s3.BucketOwnershipControls', without('s3.BucketOwnershipControls')],
  ['S3.12', 'absent', by('s3.BucketOwnershipControls', { rule: {} })],
  ['S3.13', 'no s3.BucketLifecycleConfiguration', without('s3.BucketLifecycleConfiguration')],
  [
    'S3.13',
    'no rule that is enabled',
    by('s3.BucketLifecycleConfiguration', { rules: [{ status: 'Disabled' }] }),
  ],
  [
    'pinned-versions',
    '7 days, and jobs are kept for 365',
    by(
      's3.BucketLifecycleConfiguration',
      { rules: [{ noncurrentVersionExpiration: { noncurrentDays: 7 } }] },
      'datasets',
    ),
  ],
  ['S3.14', 'no s3.BucketVersioning', without('s3.BucketVersioning')],
  ['S3.14', 'absent', by('s3.BucketVersioning', { versioningConfiguration: undefined })],
  [
    'S3.14',
    'Suspended',
    by('s3.BucketVersioning', { versioningConfiguration: { status: 'Suspended' } }),
  ],
  [
    'bucket-encryption',
    'no s3.BucketServerSideEncryptionConfiguration',
    without('s3.BucketServerSideEncryptionConfiguration'),
  ],
  [
    'bucket-encryption',
    'no algorithm',
    by('s3.BucketServerSideEncryptionConfiguration', { rules: [{}] }),
  ],
  ['KMS.4', 'no rotation', by('kms.Key', { enableKeyRotation: undefined })],
  ['KMS.5', '{"AWS":["*"]}', byStatement('kms.Key', everybody)],
  ['ECS.1', 'absent', by('ecs.TaskDefinition', { networkMode: undefined })],
  ['ECS.1', 'root', byContainer({ user: undefined })],
  ['ECS.2', 'a public address', by('ecs.Service', exposed)],
  ['ECS.3', 'host', by('ecs.TaskDefinition', { pidMode: 'host' })],
  ['ECS.4', 'privileged', byContainer({ privileged: true })],
  ['ECS.4', 'capabilities', byContainer({ linuxParameters: undefined })],
  ['ECS.5', 'writable', byContainer({ readonlyRootFilesystem: undefined })],
  ['ECS.8', 'API_TOKEN', byContainer({ environment: [{ name: 'API_TOKEN', value: 'x' }] })],
  ['ECS.9', 'no log', byContainer({ logConfiguration: undefined })],
  ['ECS.10', '1.3.0', by('ecs.Service', { platformVersion: '1.3.0' })],
  ['ECS.12', 'absent', by('ecs.Cluster', { settings: [] })],
  ['ECS.12', 'absent', by('ecs.Cluster', { settings: undefined })],
  [
    'ECS.12',
    'disabled',
    by('ecs.Cluster', { settings: [{ name: 'containerInsights', value: 'disabled' }] }),
  ],
  ['stop-timeout', 'absent', byContainer({ stopTimeout: undefined })],
  ['stop-timeout', '30', byContainer({ stopTimeout: 30 })],
  ['image-digest', noDigest, byContainer({ image: noDigest })],
  ['image-digest', 'absent', byContainer({ image: undefined })],
  [
    'capacity-changes',
    'the provider refuses it',
    by('ecs.Service', { forceNewDeployment: undefined }),
  ],
  ['rollback', 'no rollback', by('ecs.Service', { deploymentCircuitBreaker: undefined })],
  ['rollback-target', 'removed', by('ecs.TaskDefinition', { skipDestroy: undefined })],
  [
    'one-fleet',
    '100 to undefined %',
    by(
      'ecs.Service',
      { deploymentMinimumHealthyPercent: 100, deploymentMaximumPercent: undefined },
      'consumer',
    ),
  ],
  ['rollback-on-alarm', 'no alarm', by('ecs.Service', { alarms: undefined })],
  [
    'scaling-rests',
    'ignore',
    by('cloudwatch.MetricAlarm', { treatMissingData: 'ignore' }, 'consumer-shrink'),
  ],
  [
    'scaling-rests',
    'breaching',
    by('cloudwatch.MetricAlarm', { treatMissingData: 'breaching' }, 'consumer-sleep'),
  ],
  ['ECR.1', 'no scan', by('ecr.Repository', { imageScanningConfiguration: undefined })],
  ['ECR.2', 'absent', by('ecr.Repository', { imageTagMutability: undefined })],
  ['ECR.2', 'MUTABLE', by('ecr.Repository', { imageTagMutability: 'MUTABLE' })],
  ['ECR.3', 'no ecr.LifecyclePolicy', without('ecr.LifecyclePolicy')],
  ['Lambda.1', 'absent', by('lambda.Permission', { principal: undefined })],
  ['Lambda.1', 'events.amazonaws.com', by('lambda.Permission', { sourceArn: undefined })],
  ['Lambda.2', 'absent', by('lambda.Function', { runtime: undefined })],
  ['Lambda.2', 'nodejs18.x', by('lambda.Function', { runtime: 'nodejs18.x' })],
  ['log-retention', 'for ever', by('cloudwatch.LogGroup', { retentionInDays: undefined })],
  ['EC2.2', 'no ec2.DefaultSecurityGroup', without('ec2.DefaultSecurityGroup')],
  ['EC2.2', '[{"fromPort":0}]', by('ec2.DefaultSecurityGroup', { egress: [{ fromPort: 0 }] })],
  ['EC2.6', 'no ec2.FlowLog', without('ec2.FlowLog')],
  ['EC2.6', 'ACCEPT', by('ec2.FlowLog', { trafficType: 'ACCEPT' })],
  ['EC2.15', 'on', by('ec2.Subnet', { mapPublicIpOnLaunch: true })],
  ['EC2.18', '[{"fromPort":22}]', by('ec2.SecurityGroup', { ingress: [{ fromPort: 22 }] })],
  ['EC2.18', '::/0', by('vpc.SecurityGroupIngressRule', { cidrIpv6: '::/0' })],
  ['egress', '0.0.0.0/0', by('vpc.SecurityGroupEgressRule', { cidrIpv4: '0.0.0.0/0' })],
  ['egress', '::/0', by('vpc.SecurityGroupEgressRule', { cidrIpv6: '::/0' })],
  ['egress', 'ports undefined-443', by('vpc.SecurityGroupEgressRule', { fromPort: undefined })],
  ['private', 'a way out', add('aws:ec2/internetGateway:InternetGateway', {})],
  ['IAM.1', '*', byStatement('iam.RolePolicy', { Action: '*' })],
  ['IAM.21', 's3:*', byStatement('iam.RolePolicy', { Action: 's3:*' })],
  [
    'wildcard-resource',
    's3:GetObject on *',
    byStatement('iam.RolePolicy', { Action: 's3:GetObject', Resource: '*' }),
  ],
  [
    'trust',
    '{"Statement":[{"Principal":{"AWS":"*"}}]}',
    by('iam.Role', { assumeRolePolicy: '{"Statement":[{"Principal":{"AWS":"*"}}]}' }),
  ],
  [
    'confused-deputy',
    'absent',
    by('iam.Role', { assumeRolePolicy: '{"Statement":[{}]}' }, 'consumer-task'),
  ],
]

const whole = graphOf('prod')

test.for(breaks)('what breaks %s is told: %s', ([id, found, how]) => {
  const control = controls.find((one) => one.id === id)
  const before = control?.breaches(whole).map(({ resource }) => resource)
  const told = control?.breaches(how(whole)).filter(({ resource }) => !before?.includes(resource))
  expect(told).toEqual([{ resource: expect.any(String), found }])
})

test('every control is broken once', () => {
  const ids = controls.map(({ id }) => id)
  expect([...new Set(breaks.map(([id]) => id))].toSorted()).toEqual(ids.toSorted())
})
