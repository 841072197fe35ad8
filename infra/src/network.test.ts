import { expect, test } from 'vitest'
import { graphOf, ofType } from './graph/graph.ts'
import { subnetOf } from './network.ts'

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
