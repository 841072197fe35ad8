import { expect, test } from 'vitest'
import { parsePriceList, pricesOf } from './price-list.ts'
import { priceListSchema } from './price-schema.ts'
import { prices } from './prices.ts'

const virginia = prices.regions['us-east-1']!
const own = (region: object) => ({
  version: 1,
  readOn: '2026-01-02',
  regions: { 'eu-west-1': region },
})

test('the built-in list keeps to its own schema', () => {
  expect(priceListSchema.parse(prices)).toEqual(prices)
})

test('a region that is not listed has the prices of us-east-1, and says so', () => {
  expect(pricesOf('eu-west-1')).toMatchObject({ region: 'us-east-1', readOn: prices.readOn })
})

test('an own list adds its regions to the built-in ones', () => {
  const cheap = { ...virginia, s3: { thousandWrites: 0, thousandReads: 0 } }
  const list = parsePriceList('own.yaml', own(cheap))
  expect(pricesOf('eu-west-1', list)).toEqual({
    prices: cheap,
    region: 'eu-west-1',
    readOn: '2026-01-02',
  })
  expect(pricesOf('us-east-1', list).prices).toBe(virginia)
})

test('an own list may have a region of any partition', () => {
  const regions = { 'eusc-de-east-1': virginia, 'us-gov-west-1': virginia, 'cn-north-1': virginia }
  const list = parsePriceList('own.yaml', { version: 1, readOn: '2026-01-02', regions })
  expect(pricesOf('eusc-de-east-1', list).region).toBe('eusc-de-east-1')
})

test.for<[string, object, RegExp]>([
  [
    'a negative price',
    { ...virginia, s3: { thousandWrites: -1, thousandReads: 0 } },
    /^own\.yaml: regions\.eu-west-1\.s3\.thousandWrites: /,
  ],
  ['a service too few', { ...virginia, sqs: undefined }, /regions\.eu-west-1\.sqs: /],
  ['a service too many', { ...virginia, sns: {} }, /eu-west-1: has no key "sns"/],
])('%s is refused with its place', ([, region, message]) => {
  expect(() => parsePriceList('own.yaml', own(region))).toThrow(message)
})
