import assert from 'node:assert/strict'
import {
  billOf,
  expectUsage,
  type Instances,
  instancesPrice,
  type PriceList,
  pricesOf,
} from '@millrace/cost'
import { type JobSpec, limits } from '@millrace/job'
import { expectPartSize } from '@millrace/ledger'
import type { Answer } from './measure-cell.ts'
import type { LeftOut } from './refused-rows.ts'
import { type Counted, type Found, isCounted } from './search.ts'

/** What the search comes to. */
export interface Advice extends Found {
  readonly best: Counted
  /** Rows that were not measured with, since the endpoint refuses them. */
  readonly leftOut?: LeftOut
  /** Rows a second, of the cell that had the most. */
  readonly observedMax: number
  /** What the advised cell takes of that. */
  readonly shareOfEndpoint: number
  /** Dollars of a million rows, beside the instances, and with them where their type is known. */
  readonly perMillionRows: number
  readonly withInstances?: number
  readonly region: string
}

interface Around {
  readonly region: string
  readonly spec: JobSpec
  /** The last one to so many rows. */
  readonly answers: ReadonlyMap<number, Answer>
  readonly leftOut: LeftOut | undefined
  readonly list: PriceList | undefined
  readonly instance: Instances | undefined
}

const MILLION = 1_000_000

/** Invokes nothing more: what was measured must not be lost to one bad answer after it. */
export async function adviceOf(
  found: Found & { readonly best: Counted },
  around: Around,
): Promise<Advice> {
  const { best, cells } = found
  const { list, instance, leftOut } = around
  const rates = cells.filter(isCounted).map(({ rowsPerSecond }) => rowsPerSecond)
  const observedMax = Math.max(...rates)
  const prices = pricesOf(around.region, list)
  const { usage } = expectUsage(await millionOf(best, around))
  const { total } = billOf(usage, MILLION, prices)
  const seconds = MILLION / best.rowsPerSecond
  const instances = instance && instancesPrice(instance, seconds, prices)
  return {
    ...found,
    ...(leftOut === undefined ? {} : { leftOut }),
    observedMax,
    shareOfEndpoint: best.rowsPerSecond / observedMax,
    perMillionRows: total,
    ...(instances === undefined ? {} : { withInstances: total + instances }),
    region: prices.region,
  }
}

/** A million rows like those of the sample, in batches of the advised size. */
async function millionOf({ rows, concurrency, p50Ms }: Counted, { spec, answers }: Around) {
  const answer = answers.get(rows)
  assert(answer !== undefined, 'what was measured was answered')
  const part = await expectPartSize(answer.predictions, answer.rows)
  const rowBytes = answer.bytesSent / answer.rows
  return {
    rows: MILLION,
    batches: Math.ceil(MILLION / rows),
    objects: 1,
    inputBytes: MILLION * rowBytes,
    rowBytesIn: rowBytes,
    rowBytesOut: answer.bytesAnswered / answer.rows,
    partUnits: part.writeUnits,
    partBytes: part.bytes,
    batchSeconds: p50Ms / 1_000,
    concurrency,
    consumers: Math.max(1, Math.ceil(concurrency / limits.concurrencyDefault)),
    joins: spec.output.join !== 'none',
    partitions: limits.partPartitions,
  }
}
