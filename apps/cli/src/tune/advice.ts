import {
  billOf,
  expectUsage,
  type Instances,
  instancesPrice,
  type PriceList,
  pricesOf,
} from '@millrace/cost'
import { decodePredictions, type Invoke } from '@millrace/invocation'
import { type JobSpec, limits } from '@millrace/job'
import { expectPartSize } from '@millrace/ledger'
import { firstOf, type SampleRows } from '../endpoint/sample-rows.ts'
import type { Found, Measured } from './search.ts'

/** What the search comes to. */
export interface Advice extends Found {
  readonly best: Measured
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
  readonly invoke: Invoke
  readonly region: string
  readonly spec: JobSpec
  readonly sample: SampleRows
  readonly list: PriceList | undefined
  readonly instance: Instances | undefined
}

const MILLION = 1_000_000

export async function adviceOf(
  found: Found & { readonly best: Measured },
  around: Around,
  signal: AbortSignal,
): Promise<Advice> {
  const { best, cells } = found
  const { list, instance } = around
  const rates = cells
    .filter(({ kind }) => kind === 'measured' || kind === 'dominated')
    .map(({ rowsPerSecond }) => rowsPerSecond)
  const observedMax = Math.max(...rates)
  const prices = pricesOf(around.region, list)
  const { usage } = expectUsage(await millionOf(best, around, signal))
  const { total } = billOf(usage, MILLION, prices)
  const seconds = MILLION / best.rowsPerSecond
  const instances = instance && instancesPrice(instance, seconds, prices)
  return {
    ...found,
    observedMax,
    shareOfEndpoint: best.rowsPerSecond / observedMax,
    perMillionRows: total,
    ...(instances === undefined ? {} : { withInstances: total + instances }),
    region: prices.region,
  }
}

/** A million rows like those of the sample, in batches of the advised size. */
async function millionOf(
  { rows, concurrency, p50Ms }: Measured,
  { invoke, spec, sample }: Around,
  signal: AbortSignal,
) {
  const { endpoint, batching } = spec
  const batch = firstOf(sample, rows, batching.payloadBytesMax)
  const answer = await invoke({ endpoint, body: batch.body }, signal)
  const decoded = decodePredictions(answer, batch.rows, endpoint.response)
  const predictions = decoded.kind === 'decoded' ? decoded.predictions : answer.body
  const part = await expectPartSize(
    decoded.kind === 'decoded' ? predictions : Buffer.from('0.5\n'.repeat(batch.rows - 1) + '0.5'),
    batch.rows,
  )
  const rowBytes = batch.body.length / batch.rows
  return {
    rows: MILLION,
    batches: Math.ceil(MILLION / rows),
    objects: 1,
    inputBytes: MILLION * rowBytes,
    rowBytesIn: rowBytes,
    rowBytesOut: answer.body.length / batch.rows,
    partUnits: part.writeUnits,
    partBytes: part.bytes,
    batchSeconds: p50Ms / 1_000,
    concurrency,
    consumers: Math.max(1, Math.ceil(concurrency / 16)),
    joins: spec.output.join !== 'none',
    partitions: limits.partPartitions,
  }
}
