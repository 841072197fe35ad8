import { billOf, expectUsage, type JobShape, type Prices, prices, pricesOf } from '@millrace/cost'

/*
 * The tables of `docs/costs.md` that say prices: made of the list that the programs reckon with, so that
 * a price stands in one place. The rest of the page is written by hand.
 */

const BEGIN = '<!-- Made by npm run contracts from libs/cost; do not edit. -->'
const END = '<!-- The rest is written by hand. -->'

/** The page with its tables made anew. */
export function costsPage(page: string): string {
  const start = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (start === -1 || end < start) throw new Error(`docs/costs.md: wanted ${BEGIN} … ${END}`)
  return `${page.slice(0, start)}${BEGIN}\n\n${tables()}\n\n${page.slice(end)}`
}

/** A thousand batches of the example, a second each, sixteen at once on one task. */
const MILLION: JobShape = {
  rows: 1_000_000,
  batches: 1_000,
  objects: 1,
  inputBytes: 24_000_000,
  rowBytesIn: 24,
  rowBytesOut: 20,
  partUnits: 5,
  partBytes: 4_500,
  batchSeconds: 1,
  concurrency: 16,
  consumers: 1,
  joins: false,
  partitions: 16,
}

function tables(): string {
  const regions = Object.entries(prices.regions).map(([region, list]) =>
    [`### ${region}, read on ${prices.readOn}`, table(['what', 'dollars'], priceRows(list))].join(
      '\n\n',
    ),
  )
  return [...regions, '## Per million rows', INTRODUCTION, table(HEAD, usageRows())].join('\n\n')
}

const INTRODUCTION =
  'A thousand batches of 1,000 rows, a second each and sixteen at once, as `millrace estimate` reckons them (us-east-1).'
const HEAD = ['what', 'how much', 'dollars']

function priceRows({ sqs, dynamodb, s3, fargate, sagemaker }: Prices): string[][] {
  const { arm, x86, spotShare } = fargate
  return [
    ['SQS, a million requests', String(sqs.millionRequests)],
    ['SQS, on top for a queue that is fair', String(sqs.millionFairRequests)],
    ['DynamoDB on demand, a million write units', String(dynamodb.millionWriteUnits)],
    ['DynamoDB on demand, a million read units', String(dynamodb.millionReadUnits)],
    ['S3, a thousand PUT, POST, LIST', String(s3.thousandWrites)],
    ['S3, a thousand GET, HEAD', String(s3.thousandReads)],
    ['Fargate ARM, vCPU-hour and GB-hour', `${arm.vcpuHour} and ${arm.gbHour}`],
    ['Fargate x86, vCPU-hour and GB-hour', `${x86.vcpuHour} and ${x86.gbHour}`],
    ['Fargate Spot, of that', `${spotShare * 100} %`],
    ['SageMaker, a GB in, a GB out', `${sagemaker.gigabyteIn}, ${sagemaker.gigabyteOut}`],
    ...Object.entries(sagemaker.instanceHour).map(([type, hour]) => [
      `${type}, an hour`,
      String(hour),
    ]),
  ]
}

function usageRows(): string[][] {
  const { usage } = expectUsage(MILLION)
  const bill = billOf(usage, MILLION.rows, pricesOf('us-east-1'))
  const count = (number: number): string => Math.round(number).toLocaleString('en-US')
  const dollars = (amount: number): string => amount.toFixed(5)
  return [
    ['SQS: publish, receive, delete', `${count(usage.sqsRequests)} requests`, dollars(bill.sqs)],
    [
      'DynamoDB: parts, progress, aggregation',
      `${count(usage.writeUnits)} write units, ${count(usage.readUnits)} read units`,
      dollars(bill.dynamodb),
    ],
    [
      'S3: ranged reads, plan, result',
      `${count(usage.s3Reads)} GET, ${count(usage.s3Writes)} PUT`,
      dollars(bill.s3),
    ],
    [
      'Fargate: Spot, ARM, one consumer',
      `${count(usage.workerSeconds)} s of a task`,
      dollars(bill.fargate),
    ],
    [
      'SageMaker: rows in, predictions out',
      `${count((usage.endpointBytesIn + usage.endpointBytesOut) / 1e6)} MB`,
      dollars(bill.endpointData),
    ],
    ['**all, beside the endpoint’s instances and logs**', '', `**${dollars(bill.total)}**`],
  ]
}

/** Aligned, as the formatter wants it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = line(widths.map((width) => '-'.repeat(width)))
  return [line(head), rule, ...rows.map(line)].join('\n')
}
