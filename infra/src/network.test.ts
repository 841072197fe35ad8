import * as pulumi from '@pulumi/pulumi'
import { expect, test } from 'vitest'
import { graphOf, ofType } from './graph/graph.ts'
import { Network, subnetOf } from './network.ts'

test.for([
  ['10.42.0.0/20', 'a', '10.42.0.0/23'],
  ['10.42.0.0/20', 'c', '10.42.4.0/23'],
  ['10.0.0.0/16', 'h', '10.0.224.0/19'],
] as const)('of %s the zone %s has %s', ([cidr, letter, block]) => {
  expect(subnetOf(cidr, letter)).toBe(block)
})

test('a block that is too small for eight subnets is refused', () => {
  expect(() => subnetOf('10.42.0.0/26', 'a')).toThrow('10.42.0.0/26 has no subnet of /29')
})

test("a subnet is named by its zone's letter, whatever other zones there are", () => {
  const subnets = ofType(graphOf('prod'), 'ec2.Subnet').map(({ name, inputs }) => ({
    name,
    zone: inputs['availabilityZone'],
    block: inputs['cidrBlock'],
  }))
  expect(subnets).toEqual([
    { name: 'network-a', zone: 'eu-central-1a', block: '10.42.0.0/23' },
    { name: 'network-c', zone: 'eu-central-1c', block: '10.42.4.0/23' },
  ])
})

// Neither stack of the repository is in a network of somebody else.
test('in a network that is there, tasks have a group of their own beside those that are named', async () => {
  const made: { type: string; inputs: object }[] = []
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs, custom }) => {
      if (custom === true) made.push({ type, inputs: inputs as object })
      return { id: `${name}-id`, state: inputs as object }
    },
    call: ({ token }) => {
      throw new Error(`the network asks for ${token}`)
    },
  })
  const network = new Network('network', {
    ...{ kind: 'existing', vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2'] },
    ...{ securityGroupIds: ['sg-yours'], alsoCalled: ['monitoring'], logRetentionDays: 30 },
  })
  const groups = pulumi.output(network.securityGroupIds)
  const ids = await new Promise((resolve) => void groups.apply(resolve))
  await pulumi.runtime.disconnect()
  expect(ids).toEqual(['network-tasks-id', 'sg-yours'])
  expect([network.subnetIds, network.assignPublicIp]).toEqual([['subnet-1', 'subnet-2'], false])
  expect(made.map(({ type }) => type)).toEqual([
    'aws:ec2/securityGroup:SecurityGroup',
    'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule',
  ])
  expect(made[0]?.inputs).toMatchObject({ vpcId: 'vpc-1' })
  expect(made[0]?.inputs).not.toHaveProperty('ingress')
  expect(made[1]?.inputs).toMatchObject({
    ...{ securityGroupId: 'network-tasks-id', cidrIpv4: '0.0.0.0/0' },
    ...{ ipProtocol: 'tcp', fromPort: 443, toPort: 443 },
  })
})
