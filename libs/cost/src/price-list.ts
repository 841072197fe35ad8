import { check, ContractError } from '@millrace/job'
import { z } from 'zod'
import { prices } from './prices.ts'

const dollars = z.number().min(0).max(1_000_000)
const hourly = z.strictObject({ vcpuHour: dollars, gbHour: dollars })

const regionSchema = z.strictObject({
  sqs: z.strictObject({
    millionRequests: dollars,
    /** On top, for requests of a standard queue whose messages have a group. */
    millionFairRequests: dollars,
  }),
  dynamodb: z.strictObject({ millionWriteUnits: dollars, millionReadUnits: dollars }),
  s3: z.strictObject({ thousandWrites: dollars, thousandReads: dollars }),
  fargate: z.strictObject({
    arm: hourly,
    x86: hourly,
    /** What Spot costs of that. It moves with supply. */
    spotShare: z.number().min(0).max(1),
  }),
  sagemaker: z.strictObject({
    gigabyteIn: dollars,
    gigabyteOut: dollars,
    instanceHour: z.record(z.string().regex(/^ml\./, 'wanted such as ml.m5.xlarge'), dollars),
  }),
})

/** A list of prices in US dollars, by region; `readOn` is the day on which they were read. */
export const priceListSchema = z.strictObject({
  version: z.literal(1),
  readOn: z.iso.date(),
  regions: z.record(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'wanted a region'), regionSchema),
})

export type PriceList = z.output<typeof priceListSchema>
export type Prices = z.output<typeof regionSchema>

/** The prices of one region, and whose they are when the list has none of it. */
export interface RegionPrices {
  readonly prices: Prices
  readonly region: string
  readonly readOn: string
}

/** Where a region that the list lacks takes its prices from. */
const NEAREST_KNOWN = 'us-east-1'

/** The prices of a region; those of us-east-1, under that name, when the list has none of it. */
export function pricesOf(region: string, list: PriceList = prices): RegionPrices {
  const known = list.regions[region] === undefined ? NEAREST_KNOWN : region
  const found = list.regions[known]
  if (found === undefined) {
    const message = `price list: regions: has neither ${region} nor ${NEAREST_KNOWN}`
    throw new ContractError('invalid', message)
  }
  return { prices: found, region: known, readOn: list.readOn }
}

/**
 * Reads somebody's own list: the regions that it has stand before the built-in ones.
 *
 * @throws {ContractError} with the path of what is wrong in it.
 */
export function parsePriceList(name: string, value: unknown): PriceList {
  const own = check(name, priceListSchema, value)
  return { ...own, regions: { ...prices.regions, ...own.regions } }
}
