import { type Bill, instancesPrice, type RegionPrices, type Usage } from '@millrace/cost'
import { inTimeText } from '../cost/in-time.ts'
import type { PlanReport } from '../plan/survey-objects.ts'
import { money, span } from '../show/money.ts'
import { size } from '../show/size.ts'
import { tableOf } from '../show/table.ts'
import type { BatchAnswer } from './batch-answer.ts'
import type { EstimateOptions } from './estimate-options.ts'

/** What is said of a job before it runs. */
export interface Estimate {
  readonly dataset: string
  /** Nothing when none was asked. */
  readonly endpoint: string | undefined
  readonly plan: PlanReport
  readonly answer: BatchAnswer
  readonly options: Pick<EstimateOptions, 'concurrency' | 'consumers' | 'instance'>
  readonly usage: Usage
  readonly seconds: number
  /** Until the deadline, where the spec has one. */
  readonly secondsLeft?: number | undefined
  readonly prices: RegionPrices
  readonly bill: Bill
}

export function estimateText(estimate: Estimate, json: boolean): string {
  return json ? JSON.stringify(jsonOf(estimate)) : textOf(estimate)
}

function jsonOf(estimate: Estimate): object {
  const { dataset, endpoint, plan, answer, options, usage, seconds, secondsLeft, bill } = estimate
  const { rows, batches, batchBytesMax } = plan
  const { concurrency, consumers } = options
  const priced = instancesOf(estimate)
  return {
    dataset,
    ...(endpoint === undefined ? {} : { endpoint }),
    rows,
    batches,
    batchBytesMax,
    messages: batches,
    probe: answer,
    concurrency,
    consumers,
    seconds,
    ...(secondsLeft === undefined ? {} : { secondsLeft }),
    usage,
    bill,
    ...(priced === undefined ? {} : { instances: priced }),
  }
}

function instancesOf({ options, seconds, prices }: Estimate) {
  const { instance } = options
  if (instance === undefined) return undefined
  return { ...instance, dollars: instancesPrice(instance, seconds, prices) }
}

const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const count = (number: number): string => numbers.format(number)

function textOf(estimate: Estimate): string {
  const { plan, answer, usage, seconds, bill, options } = estimate
  const { rows, batches } = plan
  const { concurrency, consumers } = options
  const probe =
    answer.kind === 'probed' ? `the probe: ${count(answer.rows)} rows` : 'assumed, no probe'
  const table = tableOf(
    ['what', 'how much', 'dollars', 'from'],
    [
      ['rows', count(rows), '', 'the plan'],
      ['batches, messages', count(batches), '', 'the plan'],
      ['invocations', count(usage.invocations), '', 'one a batch, when no row is refused'],
      ['one invocation', `${count(answer.latencyMs)} ms`, '', probe],
      ['time', span(seconds), '', `${count(concurrency)} in flight, if the endpoint takes them`],
      [
        'endpoint data',
        `${size(usage.endpointBytesIn)} in, ${size(usage.endpointBytesOut)} out`,
        money(bill.endpointData),
        answer.kind === 'probed' ? 'the probe' : 'assumed',
      ],
      ['SQS requests', count(usage.sqsRequests), money(bill.sqs), 'how many batches end at once'],
      [
        'ledger units',
        `${count(usage.writeUnits)} writes, ${count(usage.readUnits)} reads`,
        money(bill.dynamodb),
        `${count(answer.part.writeUnits)} a part, 1 a mark`,
      ],
      [
        'S3 requests',
        `${count(usage.s3Reads)} reads, ${count(usage.s3Writes)} writes`,
        money(bill.s3),
        'a read a batch, as if all lay in S3',
      ],
      [
        'consumers',
        `${count(consumers)} for ${span(seconds)}`,
        money(bill.fargate),
        'Fargate Spot, ARM, a quarter vCPU',
      ],
      [
        'all',
        '',
        money(bill.total),
        bill.perMillionRows === 0 ? '' : `${money(bill.perMillionRows)} a million rows`,
      ],
    ],
  )
  return [table, '', ...notesOf(estimate)].join('\n')
}

function notesOf(estimate: Estimate): string[] {
  const { prices, options, seconds, secondsLeft, plan, answer } = estimate
  const work = { batches: plan.batches, batchSeconds: answer.latencyMs / 1_000, seconds }
  const priced = instancesOf(estimate)
  const { instance } = options
  const instanceNote =
    instance === undefined
      ? "The endpoint's own instances are not in it: --instance TYPE prices their time."
      : priced?.dollars === undefined
        ? `No price of ${instance.type} in ${prices.region} is known: --prices FILE adds it.`
        : `${instance.count} × ${instance.type} cost ${money(priced.dollars)} in ${span(seconds)}, whether or not the job runs.`
  const failing = plan.oddRows + plan.tooLarge
  return [
    ...(secondsLeft === undefined ? [] : [`Of its deadline: ${inTimeText(work, secondsLeft)}.`]),
    instanceNote,
    `Prices: AWS's list, ${prices.region}, read on ${prices.readOn}; no free tier, no discount.`,
    ...(failing > 0
      ? [`${count(failing)} rows would fail: millrace plan --check tells which.`]
      : []),
  ]
}
