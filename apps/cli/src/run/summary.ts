import { isFinal, type Job, printable, type ResultNames } from '@millrace/job'
import { billText } from '../cost/cost-text.ts'
import type { JobCost } from '../cost/read-cost.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { counted } from '../show/counted.ts'
import { nearPath } from '../show/near-path.ts'
import { size } from '../show/size.ts'
import { deadlineText } from '../status/deadline-text.ts'
import { type FailureReason, reasonLines } from './why-failed.ts'

export interface RunFacts {
  /** The job's files, as paths where they lie on this machine. */
  readonly files: ResultNames
  readonly statePath: string
  /** What a verb needs beside the job's name to find its state; nothing when absent. */
  readonly stateOption?: string
  readonly rowsFailed: number
  /** Why they have, as the files beside the result tell. */
  readonly reasons: readonly FailureReason[]
  readonly batchesRecorded: number
  readonly seconds: number
  /** Rows that were recorded before this command began. */
  readonly rowsBefore: number
  /** What the same job would have cost in an account. */
  readonly cost?: JobCost | undefined
}

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** What a run says at its end, and what it exits with. */
export function summaryOf(job: Job, facts: RunFacts): { lines: string[]; exitCode: ExitCode } {
  switch (job.state) {
    case 'succeeded':
    case 'succeeded_with_failures':
      return { lines: resultLines(job, facts), exitCode: exitCodeOf(job) }
    case 'failed':
      return {
        lines: [
          `failed: ${printable(job.failure?.message ?? 'no reason was recorded')} (${job.failure?.code ?? 'unknown'})`,
          `no result was written; the logs are in ${nearPath(facts.statePath)}/logs`,
          ...whatIsKept(job, facts),
        ],
        exitCode: EXIT.failed,
      }
    default:
      return {
        lines: [`the job is ${job.state}`, ...whatIsKept(job, facts)],
        exitCode: EXIT.failed,
      }
  }
}

/** Rows of another dataset, or without their plan, go with no others. */
const MENDED_BY_NO_RETRY = /^(dataset|plan)_/

/** Invocations are paid for: who begins anew is to know that it need not be. */
function whatIsKept({ jobId, state, plan, failure, retryOf }: Job, facts: RunFacts): string[] {
  const { batchesRecorded, stateOption = '' } = facts
  const useless = !isFinal(state) || retryOf !== undefined || batchesRecorded === 0
  if (useless || plan === undefined || MENDED_BY_NO_RETRY.test(failure?.code ?? '')) return []
  const kept = `${count.format(batchesRecorded)} of ${count.format(plan.batches)} batches are recorded`
  return batchesRecorded === plan.batches
    ? [`${kept}: millrace export ${jobId}${stateOption} makes a result of them`]
    : [
        `${kept}: millrace retry ${jobId}${stateOption} scores the others; the same command scores all again`,
      ]
}

function resultLines(job: Job, facts: RunFacts): string[] {
  const rows = job.plan?.rows ?? 0
  const before = facts.rowsBefore
  const scored = rows - before
  const rate = count.format(scored / Math.max(facts.seconds, 0.001))
  const continued = before > 0 && scored > 0 ? `, ${count.format(before)} of them before` : ''
  const unpacked =
    ['auto', 'none'].includes(job.spec.dataset.compression) || job.dataset === undefined
      ? []
      : [`unpacked  ${size(job.dataset.bytes)}, once, in ${nearPath(facts.statePath)}/work`]
  const why = reasonLines(facts.reasons).map(
    (line, index) => `${index === 0 ? 'failed    ' : '          '}${line}`,
  )
  const deadline = deadlineText(job, facts.batchesRecorded, job.endedAt ?? 0)
  const errors = facts.rowsFailed > 0 ? [`errors    ${nearPath(facts.files.errors)}`] : []
  const speed = scored > 0 ? `, ${facts.seconds.toFixed(1)} s, ${rate} rows/s` : ''
  return [
    `${counted(rows, 'row')}${continued}, ${count.format(facts.rowsFailed)} failed${speed}`,
    ...(rows === 0 ? [noRow(job.spec.dataset)] : []),
    ...why,
    ...(deadline === undefined ? [] : [`deadline  ${deadline}`]),
    `result    ${nearPath(facts.files.result)}`,
    ...errors,
    `report    ${nearPath(facts.files.report)}`,
    `manifest  ${nearPath(facts.files.manifest)}`,
    ...(facts.cost === undefined ? [] : [`on AWS    ${billText(facts.cost)}`]),
    ...unpacked,
  ]
}

/** That of a partition may be meant, and a column of names without a header looks the same. */
const noRow = ({ csv }: Job['spec']['dataset']): string =>
  `no row    the dataset is a header alone${csv.header === 'auto' ? '; --header absent has it scored as a row' : ''}`

const exitCodeOf = (job: Job): ExitCode =>
  job.state === 'succeeded' ? EXIT.succeeded : EXIT.succeededWithFailures
