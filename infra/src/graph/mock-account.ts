/** An account that answers as AWS would name things, so that policies and calls can be compared. */
export const ACCOUNT = '123456789012'

export interface Resource {
  /** Pulumi's type token, such as `aws:sqs/queue:Queue`. */
  readonly type: string
  /** The logical name. */
  readonly name: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly provider: string
  readonly protect?: boolean
  readonly ignoreChanges?: readonly string[]
}

/** The name in the account, by the pattern of `Pulumi.yaml` without its random end. */
export const physicalName = (_type: string, stack: string, name: string): string =>
  name === 'millrace' ? `millrace-${stack}` : `millrace-${stack}-${name}`

/** ARNs by type, where the program reads them. */
const arns: Readonly<Record<string, (region: string, name: string) => string>> = {
  'aws:sqs/queue:Queue': (region, name) => `arn:aws:sqs:${region}:${ACCOUNT}:${name}`,
  'aws:dynamodb/table:Table': (region, name) =>
    `arn:aws:dynamodb:${region}:${ACCOUNT}:table/${name}`,
  'aws:s3/bucket:Bucket': (_region, name) => `arn:aws:s3:::${name}`,
  'aws:iam/role:Role': (_region, name) => `arn:aws:iam::${ACCOUNT}:role/${name}`,
  'aws:kms/key:Key': (region, name) => `arn:aws:kms:${region}:${ACCOUNT}:key/${name}`,
  'aws:cloudwatch/logGroup:LogGroup': (region, name) =>
    `arn:aws:logs:${region}:${ACCOUNT}:log-group:${name}`,
  'aws:cloudwatch/eventBus:EventBus': (region, name) =>
    `arn:aws:events:${region}:${ACCOUNT}:event-bus/${name}`,
  'aws:cloudwatch/eventRule:EventRule': (region, name) =>
    `arn:aws:events:${region}:${ACCOUNT}:rule/${name}`,
  'aws:ecr/repository:Repository': (region, name) =>
    `arn:aws:ecr:${region}:${ACCOUNT}:repository/${name}`,
  'aws:ecs/cluster:Cluster': (region, name) => `arn:aws:ecs:${region}:${ACCOUNT}:cluster/${name}`,
  'aws:ecs/service:Service': (region, name) =>
    `arn:aws:ecs:${region}:${ACCOUNT}:service/${name.replace(/-[a-z]+$/, '')}/${name}`,
  'aws:sns/topic:Topic': (region, name) => `arn:aws:sns:${region}:${ACCOUNT}:${name}`,
  'aws:lambda/function:Function': (region, name) =>
    `arn:aws:lambda:${region}:${ACCOUNT}:function:${name}`,
}

/** What the program may read of a resource once it is there. */
export function stateOf(
  type: string,
  stack: string,
  region: string,
  logical: string,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const name = physicalName(type, stack, logical)
  const arn = arns[type]?.(region, name) ?? `arn:aws:mock:${region}:${ACCOUNT}:${name}`
  return {
    name,
    ...inputs,
    arn,
    ...(type === 'aws:sqs/queue:Queue'
      ? { url: `https://sqs.${region}.amazonaws.com/${ACCOUNT}/${name}` }
      : {}),
    ...(type === 'aws:ecr/repository:Repository'
      ? { repositoryUrl: `${ACCOUNT}.dkr.ecr.${region}.amazonaws.com/${name}` }
      : {}),
    ...(type === 'aws:ec2/vpcEndpoint:VpcEndpoint' ? { prefixListId: `pl-${logical}` } : {}),
  }
}
