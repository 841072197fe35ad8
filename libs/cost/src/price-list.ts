import { check, ContractError } from '@millrace/job'
import { type PriceList, type Prices, priceListSchema } from './price-schema.ts'
import { prices } from './prices.ts'

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
