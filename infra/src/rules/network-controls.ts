import { ofType } from '../graph/graph.ts'
import type { Control } from './control.ts'
import { each, eachWithout, otherThan } from './each.ts'

/** Nothing comes in; what goes out is HTTPS. */
export const networkControls: readonly Control[] = [
  {
    id: 'EC2.2',
    source: 'FSBP, CIS 3.0',
    says: "a VPC's default security group lets nothing through",
    breaches: (graph) => [
      ...eachWithout('ec2.Vpc', 'ec2.DefaultSecurityGroup', 'vpcId')(graph),
      ...each('ec2.DefaultSecurityGroup', ({ ingress, egress }) => {
        const rules = [ingress, egress].flat()
        return rules.length > 0 && JSON.stringify(rules)
      })(graph),
    ],
  },
  {
    id: 'EC2.6',
    source: 'FSBP, CIS 3.0',
    says: 'VPCs log the traffic that they refuse',
    breaches: (graph) => [
      ...eachWithout('ec2.Vpc', 'ec2.FlowLog', 'vpcId')(graph),
      ...each(
        'ec2.FlowLog',
        ({ trafficType }) => trafficType !== 'ALL' && otherThan('REJECT', trafficType),
      )(graph),
    ],
  },
  {
    id: 'EC2.15',
    source: 'FSBP',
    says: 'subnets give no public addresses by themselves',
    breaches: each(
      'ec2.Subnet',
      ({ mapPublicIpOnLaunch }) => mapPublicIpOnLaunch !== false && 'on',
    ),
  },
  {
    id: 'EC2.18',
    source: 'FSBP',
    says: 'nothing comes in from anywhere, on any port (EC2.13, 14, 19, 53, 54 follow)',
    breaches: (graph) => [
      ...each('ec2.SecurityGroup', ({ ingress }) => ingress)(graph),
      ...each(
        'vpc.SecurityGroupIngressRule',
        ({ cidrIpv4, cidrIpv6 }) => cidrIpv4 ?? cidrIpv6,
      )(graph),
    ],
  },
  {
    id: 'egress',
    source: 'Millrace',
    says: 'tasks call out over HTTPS only, and in a private network to endpoints only',
    breaches: each('vpc.SecurityGroupEgressRule', ({ fromPort, toPort, cidrIpv4, cidrIpv6 }) =>
      fromPort !== 443 || toPort !== 443
        ? `ports ${String(fromPort)}-${String(toPort)}`
        : (cidrIpv4 ?? cidrIpv6),
    ),
    justified: {
      dev: { 'vpc.SecurityGroupEgressRule network': 'AWS is reached over the internet there' },
    },
  },
  {
    id: 'private',
    source: 'Millrace',
    says: 'a network without a public address has no way to the internet',
    breaches: (graph) => {
      const isPrivate = ofType(graph, 'ecs.Service').every(({ inputs }) => {
        const { assignPublicIp } = inputs['networkConfiguration'] as { assignPublicIp: boolean }
        return !assignPublicIp
      })
      return isPrivate ? each('ec2.InternetGateway', () => 'a way out')(graph) : []
    },
  },
]
