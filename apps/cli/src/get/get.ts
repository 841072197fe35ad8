import { once } from 'node:events'
import { isFinal, type Job, printable, type RowFailure } from '@millrace/job'
import {
  readFailures,
  readRows,
  readWatermark,
  type RowAnswer,
  type Watermark,
} from '@millrace/ledger'
import { CliError } from '../cli-error.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type JobReader, openReader, PARTS_AHEAD } from '../reader/job-reader.ts'
import type { SystemOptions } from '../system/which-system.ts'
import type { World } from '../world.ts'

export interface GetOptions extends SystemOptions {
  /** The latest local job when absent. */
  readonly job?: string
  /** The first row to look up; without it the watermark is told. */
  readonly row?: number
  /** From the first one on; only that one when absent. */
  readonly count?: number
  /** Every failed row instead. */
  readonly whereFailed: boolean
  readonly json: boolean
}

/**
 * `millrace get`: rows of a job, while it runs and afterwards; or how far it is complete.
 *
 * It ends with 3 when a row that was asked for has no prediction (yet).
 */
export async function get(options: GetOptions, world: World): Promise<ExitCode> {
  if (options.count !== undefined && options.row === undefined) {
    throw new CliError('--count: wanted --row too, from which the rows are counted')
  }
  await using reader = await openReader(options.job, options, world)
  if (options.whereFailed) return await tellFailures(reader, options, world)
  if (options.row !== undefined) return await tellRows(reader, options.row, options, world)
  return await tellWatermark(reader, options, world)
}

async function tellRows(
  { system, job, documentsOf }: JobReader,
  row: number,
  { count = 1, json }: GetOptions,
  world: World,
): Promise<ExitCode> {
  const rows = {
    start: row,
    end: Math.min(row + count, job.plan?.rows ?? Number.POSITIVE_INFINITY),
  }
  const asked = count === 1 ? `row ${row}` : `rows ${row} to ${row + count - 1}`
  const ends = `${asked}: the dataset ends with row ${rows.end - 1}`
  if (row >= rows.end) throw new CliError(ends)
  let missing = false
  const tell = json ? JSON.stringify : (answer: RowAnswer) => answerText(answer, job)
  for await (const answer of readRows(system.ledger, job, rows, documentsOf, world.stop)) {
    missing ||= answer.kind !== 'predicted'
    await write(world, tell(answer))
  }
  if (rows.end < row + count) world.stderr.write(`${ends}\n`)
  return missing ? EXIT.succeededWithFailures : EXIT.succeeded
}

const answerText = (answer: RowAnswer, { state }: Job): string => {
  switch (answer.kind) {
    case 'predicted':
      return `${answer.row}\t${printable(answer.prediction)}`
    case 'failed':
      return failureText(answer)
    case 'pending':
      // Of a job that has ended nobody is at work on it: a retry scores it.
      return `${answer.row}\t${isFinal(state) ? `not scored (${state})` : 'not yet'}`
    case 'absent':
      return `${answer.row}\tno such row`
    default:
      return answer satisfies never
  }
}

const failureText = ({ row, code, message }: RowFailure): string =>
  `${row}\tfailed: ${code}: ${printable(message)}`

async function tellFailures(
  { system, job, documentsOf }: JobReader,
  { json }: GetOptions,
  world: World,
): Promise<ExitCode> {
  const tell = json ? JSON.stringify : failureText
  let failed = false
  for await (const failure of readFailures(
    system.ledger,
    job,
    documentsOf,
    world.stop,
    PARTS_AHEAD,
  )) {
    failed = true
    await write(world, tell(failure))
  }
  return failed ? EXIT.succeededWithFailures : EXIT.succeeded
}

async function tellWatermark(
  { system, job, documents }: JobReader,
  { json }: GetOptions,
  world: World,
): Promise<ExitCode> {
  const watermark = await readWatermark(system.ledger, job, documents, world.stop)
  const facts = { jobId: job.jobId, state: job.state, ...watermark, totalRows: job.plan?.rows }
  await write(world, json ? JSON.stringify(facts) : watermarkText(job, watermark))
  return EXIT.succeeded
}

const number = new Intl.NumberFormat('en-US')

function watermarkText({ state, plan }: Job, { rows }: Watermark): string {
  if (plan === undefined && isFinal(state)) {
    return `no row is final: the job ended before its rows were counted (${state})`
  }
  const total =
    plan === undefined ? 'how many there are is not known yet' : `of ${number.format(plan.rows)}`
  return `${finalText(rows)}, ${total} (${state})`
}

function finalText(rows: number): string {
  if (rows === 0) return 'no row is final'
  return rows === 1 ? 'the first row is final' : `the first ${number.format(rows)} rows are final`
}

async function write({ stdout, stop }: World, line: string): Promise<void> {
  // Who reads it may look at a page of it for an hour.
  if (!stdout.write(`${line}\n`)) await once(stdout, 'drain', { signal: stop })
}
