import { billOf, expectUsage, pricesOf } from '@millrace/cost'
import { deadlineOf, type Job, limits } from '@millrace/job'
import { expectPartSize } from '@millrace/ledger'
import { counted } from '../show/counted.ts'
import { money, span } from '../show/money.ts'
import { inTimeText } from './in-time.ts'
import { typicalPredictions } from './typical-predictions.ts'

/** Where a job will run, as far as it is known. */
export interface Setting {
  readonly region: string | undefined
  /** Invocations in flight at most, over all consumers together. */
  readonly concurrency?: number
  readonly consumers?: number
}

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
/** What is reckoned with where nobody says: as `millrace run` has it. */
const CONSUMERS = 2

/**
 * What is to be expected of a job by its plan and its preflight; nothing before both are known. Near
 * is all it can be: few rows take less time than a batch, and the first ones more than later ones.
 */
export async function expectedText(job: Job, setting: Setting): Promise<string | undefined> {
  const { plan, preflight } = job
  if (plan === undefined || preflight === undefined || plan.batches === 0) return undefined
  const batchSeconds = preflight.latencyMs / 1_000
  const { usage, seconds } = expectUsage(await shapeOf(job, { plan, preflight }, setting))
  const { total } = billOf(usage, plan.rows, pricesOf(setting.region ?? 'us-east-1'))
  const invocations = counted(plan.batches, 'invocation')
  const time =
    setting.concurrency === undefined
      ? `of about ${count.format(batchSeconds * 1_000)} ms`
      : `in about ${span(Math.max(0.1, seconds))} at ${setting.concurrency} at once`
  const tried = `${counted(preflight.rows, 'row')} in ${count.format(preflight.latencyMs)} ms`
  const said = `preflight: ${tried}; ${invocations} ${time}, ${money(total)} on AWS`
  const deadline = deadlineOf(job)
  if (deadline === undefined || setting.concurrency === undefined) return said
  const left = deadline - Date.now() / 1_000
  return `${said}; ${inTimeText({ batches: plan.batches, batchSeconds, seconds }, left)}`
}

async function shapeOf(
  { spec, dataset, partitions }: Job,
  { plan, preflight }: Required<Pick<Job, 'plan' | 'preflight'>>,
  { concurrency = limits.concurrencyDefault, consumers = CONSUMERS }: Setting,
) {
  const rowBytesOut = preflight.bytesAnswered / preflight.rows
  const inBatch = Math.ceil(plan.rows / plan.batches)
  const part = await expectPartSize(typicalPredictions(inBatch, rowBytesOut), inBatch)
  return {
    rows: plan.rows,
    batches: plan.batches,
    objects: dataset?.objects ?? 1,
    inputBytes: dataset?.bytes ?? 0,
    rowBytesIn: preflight.bytesSent / preflight.rows,
    rowBytesOut,
    partUnits: part.writeUnits,
    partBytes: part.bytes,
    batchSeconds: preflight.latencyMs / 1_000,
    concurrency,
    consumers: Math.min(consumers, concurrency),
    joins: spec.output.join !== 'none',
    partitions: Math.min(partitions, limits.partPartitions),
  }
}
