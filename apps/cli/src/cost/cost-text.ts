import { counted } from '../show/counted.ts'
import { money } from '../show/money.ts'
import type { JobCost } from './read-cost.ts'

const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

/** The bill in short: `$0.0026, $0.22 a million rows, by the prices of us-east-1`. */
export function billText({ bill }: JobCost): string {
  const { total, perMillionRows, region } = bill
  // A table without a row has cost something all the same, and nothing a row.
  const million = perMillionRows === 0 ? '' : `, ${money(perMillionRows)} a million rows`
  return `${money(total)}${million}, by the prices of ${region}`
}

/** What it is for. */
export function usageText({ usage }: JobCost): string {
  const { invocations, endpointSeconds, sqsRequests, writeUnits, readUnits } = usage
  return [
    `${counted(invocations, 'invocation')} (${numbers.format(endpointSeconds)} s)`,
    counted(sqsRequests, 'SQS request'),
    `${numbers.format(writeUnits)} write and ${numbers.format(readUnits)} read units`,
  ].join(', ')
}
