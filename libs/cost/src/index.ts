export { type Bill, billOf, type Instances, instancesPrice, taskHourPrice } from './bill.ts'
export { type Expected, expectUsage, type JobShape } from './expect-usage.ts'
export {
  parsePriceList,
  type PriceList,
  type Prices,
  pricesOf,
  type RegionPrices,
} from './price-list.ts'
export { prices } from './prices.ts'
export { type Counted, type Recorded, recordedUsage } from './recorded-usage.ts'
export { addSpent, NOTHING_SPENT, type Spent } from './spent.ts'
export type { Usage } from './usage.ts'
