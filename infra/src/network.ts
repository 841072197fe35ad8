import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { whereaboutsOf } from './account.ts'
import { policyOf, trust } from './policy.ts'
import type { Settings } from './settings.ts'

export type NetworkArgs = Settings['network'] & {
  /** Services that tasks call besides, by their names in `com.amazonaws.<region>.<name>`. */
  readonly alsoCalled: readonly string[]
  readonly logRetentionDays: number
  readonly kmsKeyArn?: pulumi.Input<string> | undefined
}

/** The services that tasks call and that have interface endpoints; S3 and DynamoDB have gateways. */
export const INTERFACES = ['sqs', 'sagemaker.runtime', 'logs', 'ecr.api', 'ecr.dkr']
const GATEWAYS = ['s3', 'dynamodb']

/**
 * Where tasks run. Nothing from outside reaches them in any of the three kinds, and they reach out
 * over HTTPS only: to the endpoints of AWS (`private`), to the internet (`public`), or to whatever the
 * network of yours lets them (`existing`).
 */
export class Network extends pulumi.ComponentResource {
  readonly subnetIds: pulumi.Input<string>[]
  /** The stack's own. */
  readonly securityGroupId: pulumi.Output<string>
  /** Of its tasks: that, and those of the owner of the network. */
  readonly securityGroupIds: pulumi.Input<string>[]
  /** Tasks of a network without NAT or endpoints need an address of their own to call out. */
  readonly assignPublicIp: boolean

  constructor(name: string, args: NetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super('millrace:Network', name, {}, options)
    const parent = { parent: this }
    const vpc = args.kind === 'existing' ? undefined : createVpc(name, args, parent)
    const vpcId = args.kind === 'existing' ? args.vpcId : vpc!.id
    const tasks = new aws.ec2.SecurityGroup(
      `${name}-tasks`,
      { vpcId, description: 'Tasks of Millrace: nothing comes in' },
      parent,
    )
    this.securityGroupId = tasks.id
    const others = args.kind === 'existing' ? args.securityGroupIds : []
    this.securityGroupIds = [tasks.id, ...others]
    this.assignPublicIp = args.kind === 'public'
    if (args.kind === 'existing') {
      this.subnetIds = args.subnetIds
    } else {
      const routes = new aws.ec2.RouteTable(name, { vpcId }, parent)
      const subnets = createSubnets(name, args, vpcId, routes.id, parent)
      this.subnetIds = subnets.map(({ id }) => id)
      const gateways = createGateways(name, vpcId, routes.id, parent)
      if (args.kind === 'private') {
        const services = [...INTERFACES, ...args.alsoCalled]
        createInterfaces(name, vpcId, this.subnetIds, tasks.id, gateways, services, parent)
      } else {
        createWayOut(name, vpcId, routes.id, parent)
      }
    }
    if (args.kind !== 'private') letOut(name, tasks.id, { cidrIpv4: '0.0.0.0/0' }, parent)
    this.registerOutputs({ securityGroupId: this.securityGroupId })
  }
}

type Parent = pulumi.CustomResourceOptions
type Created = Extract<NetworkArgs, { zones: string[] }>

/* oxlint-disable no-new -- resources register themselves. */

function createVpc(name: string, args: Created, parent: Parent): aws.ec2.Vpc {
  const vpc = new aws.ec2.Vpc(
    name,
    { cidrBlock: args.cidr, enableDnsSupport: true, enableDnsHostnames: true },
    parent,
  )
  // AWS's own group lets everything in from itself; this takes its rules away.
  new aws.ec2.DefaultSecurityGroup(name, { vpcId: vpc.id, ingress: [], egress: [] }, parent)
  logFlows(name, vpc.id, args, parent)
  return vpc
}

function createSubnets(
  name: string,
  { cidr, zones }: Created,
  vpcId: pulumi.Input<string>,
  routeTableId: pulumi.Input<string>,
  parent: Parent,
): aws.ec2.Subnet[] {
  return zones.map((availabilityZone) => {
    // By the zone's letter, so that zones come and go beside others that stay.
    const letter = availabilityZone.slice(-1)
    const subnet = new aws.ec2.Subnet(
      `${name}-${letter}`,
      {
        vpcId,
        availabilityZone,
        cidrBlock: subnetOf(cidr, letter),
        mapPublicIpOnLaunch: false,
      },
      parent,
    )
    const association = { subnetId: subnet.id, routeTableId }
    new aws.ec2.RouteTableAssociation(`${name}-${letter}`, association, parent)
    return subnet
  })
}

function createGateways(
  name: string,
  vpcId: pulumi.Input<string>,
  routeTableId: pulumi.Input<string>,
  parent: Parent,
): aws.ec2.VpcEndpoint[] {
  const { region } = whereaboutsOf(parent)
  return GATEWAYS.map(
    (service) =>
      new aws.ec2.VpcEndpoint(
        `${name}-${service}`,
        {
          vpcId,
          vpcEndpointType: 'Gateway',
          serviceName: pulumi.interpolate`com.amazonaws.${region}.${service}`,
          routeTableIds: [routeTableId],
        },
        parent,
      ),
  )
}

function createInterfaces(
  name: string,
  vpcId: pulumi.Input<string>,
  subnetIds: pulumi.Input<string>[],
  tasks: pulumi.Input<string>,
  gateways: readonly aws.ec2.VpcEndpoint[],
  services: readonly string[],
  parent: Parent,
): void {
  const { region } = whereaboutsOf(parent)
  const endpoints = new aws.ec2.SecurityGroup(
    `${name}-endpoints`,
    { vpcId, description: 'Endpoints of AWS services: HTTPS from tasks' },
    parent,
  )
  new aws.vpc.SecurityGroupIngressRule(
    `${name}-endpoints`,
    { securityGroupId: endpoints.id, referencedSecurityGroupId: tasks, ...https },
    parent,
  )
  letOut(`${name}-endpoints`, tasks, { referencedSecurityGroupId: endpoints.id }, parent)
  for (const [index, gateway] of gateways.entries()) {
    letOut(`${name}-${GATEWAYS[index]}`, tasks, { prefixListId: gateway.prefixListId }, parent)
  }
  for (const service of services) {
    new aws.ec2.VpcEndpoint(
      `${name}-${service}`,
      {
        vpcId,
        vpcEndpointType: 'Interface',
        serviceName: pulumi.interpolate`com.amazonaws.${region}.${service}`,
        subnetIds,
        securityGroupIds: [endpoints.id],
        privateDnsEnabled: true,
      },
      parent,
    )
  }
}

function createWayOut(
  name: string,
  vpcId: pulumi.Input<string>,
  routeTableId: pulumi.Input<string>,
  parent: Parent,
): void {
  const gateway = new aws.ec2.InternetGateway(name, { vpcId }, parent)
  const route = { routeTableId, destinationCidrBlock: '0.0.0.0/0', gatewayId: gateway.id }
  new aws.ec2.Route(name, route, parent)
}

const https = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 }

function letOut(
  name: string,
  securityGroupId: pulumi.Input<string>,
  to: { cidrIpv4?: string; prefixListId?: pulumi.Input<string> } & {
    referencedSecurityGroupId?: pulumi.Input<string>
  },
  parent: Parent,
): void {
  new aws.vpc.SecurityGroupEgressRule(name, { securityGroupId, ...to, ...https }, parent)
}

function logFlows(
  name: string,
  vpcId: pulumi.Input<string>,
  args: NetworkArgs,
  parent: Parent,
): void {
  const group = new aws.cloudwatch.LogGroup(
    `${name}-flows`,
    {
      retentionInDays: args.logRetentionDays,
      ...(args.kmsKeyArn === undefined ? {} : { kmsKeyId: args.kmsKeyArn }),
    },
    parent,
  )
  const { accountId, region } = whereaboutsOf(parent)
  const logs = pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:vpc-flow-log/*`
  const assumeRolePolicy = trust('vpc-flow-logs.amazonaws.com', logs)
  const role = new aws.iam.Role(`${name}-flows`, { assumeRolePolicy }, parent)
  const write = policyOf([
    {
      Sid: 'WriteFlows',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      Resource: pulumi.interpolate`${group.arn}:*`,
    },
  ])
  new aws.iam.RolePolicy(`${name}-flows`, { role: role.id, policy: write }, parent)
  new aws.ec2.FlowLog(
    name,
    {
      vpcId,
      trafficType: 'REJECT',
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 600,
    },
    parent,
  )
}

/* oxlint-enable no-new */

/** The eighth of a block that a zone has: of 10.42.0.0/20 `b` has 10.42.2.0/23. */
export function subnetOf(cidr: string, letter: string): string {
  const index = 'abcdefgh'.indexOf(letter)
  const [address = '', length = ''] = cidr.split('/')
  const size = Number(length) + 3
  if (size > 28 || index < 0)
    throw new Error(`${cidr} has no subnet of /${size} for zone ${letter}`)
  const base = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const first = base + index * 2 ** (32 - size)
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${size}`
}
