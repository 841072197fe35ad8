import { money } from '../show/money.ts'
import { tableOf } from '../show/table.ts'
import type { JobCost } from './read-cost.ts'
import type { SavedEstimate } from './read-estimate.ts'

const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

/** What was estimated beside what was used, a line a figure. */
export function besideEstimate(estimate: SavedEstimate, cost: JobCost): string {
  const row = (name: string, wanted: number, used: number, text = numbers.format.bind(numbers)) => [
    name,
    text(wanted),
    text(used),
    wanted === 0 ? '' : `${numbers.format((used / wanted - 1) * 100)} %`,
  ]
  const [wanted, used] = [estimate.usage, cost.usage]
  return tableOf(
    ['', 'estimated', 'used', 'more'],
    [
      row('invocations', wanted.invocations, used.invocations),
      row('endpoint seconds', wanted.endpointSeconds, used.endpointSeconds),
      row('SQS requests', wanted.sqsRequests, used.sqsRequests),
      row('write units', wanted.writeUnits, used.writeUnits),
      row('read units', wanted.readUnits, used.readUnits),
      row('S3 reads', wanted.s3Reads, used.s3Reads),
      row('dollars', estimate.bill.total, cost.bill.total, money),
    ],
  )
}
