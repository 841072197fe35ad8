export { type Bill, billOf, type Instances, instancesPrice } from './bill.ts'
export { type Expected, expectUsage, type JobShape } from './expect-usage.ts'
export {
  parsePriceList,
  type PriceList,
  type Prices,
  pricesOf,
  type RegionPrices,
} from './price-list.ts'
export { prices } from './prices.ts'
export type { Usage } from './usage.ts'
