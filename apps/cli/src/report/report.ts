import { resolve } from 'node:path'
import { CsvError } from '@millrace/csv'
import { isFinal, type Job, readPlan, resultNames, thresholdsOf } from '@millrace/job'
import { type ReadPart, readParts, variantsOf } from '@millrace/ledger'
import {
  createReport,
  type Decision,
  readScores,
  renderPage,
  type ReportCollector,
  ReportError,
} from '@millrace/report'
import { createStorage, fileUri, type Storage } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import { type JobCost, readCost } from '../cost/read-cost.ts'
import { checkTarget } from '../dataset/check-output.ts'
import { checkPage } from '../dataset/check-page.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { isResultFile } from '../system/job-of-result.ts'
import { type JobReader, openReader } from '../reader/job-reader.ts'
import type { World } from '../world.ts'
import { refuseWithoutLabels } from './idle-label-options.ts'
import { labelFile, openLabels } from './labels.ts'
import { type Measure, measureFor } from './measure.ts'
import { pageOfFiles } from './report-of-files.ts'
import type { ReportOptions } from './report-options.ts'

/** `millrace report`: draws a job's report anew, with labels where they are known. */
export async function report(options: ReportOptions, world: World): Promise<ExitCode> {
  refuseWithoutLabels(options)
  if (options.out !== undefined && options.out !== '-') {
    await checkTarget(options.out, 'report.html')
  }
  if (options.job !== undefined && isResultFile(options.job)) {
    const { jobId, page } = await pageOfFiles(options.job, options, world).catch(told)
    return await write(jobId, page, createStorage({}), options, world)
  }
  await using reader = await openReader(options.job, options, world)
  const { job, storage } = reader
  await keepFiles(job, options)
  if (job.plan === undefined) {
    throw notCounted(job)
  }
  const cost = await readCost(job, storage, world.stop)
  const page = await drawPage(reader, job.plan, { ...options, cost }, world).catch(told)
  return await write(job.jobId, page, storage, options, world)
}

/** There is nothing to draw: its rows are not counted, or never will be. */
function notCounted({ jobId, state }: Job): CliError {
  return isFinal(state)
    ? new CliError(`${jobId}: ended before its rows were counted (${state})`, {
        hint: `millrace status ${jobId} shows why`,
        exitCode: EXIT.failed,
      })
    : new CliError(`${jobId}: is still being planned (${state})`, {
        hint: 'millrace watch shows how far it is',
      })
}

/** The files of a job, and the labels, are no place for its page. */
async function keepFiles({ spec }: Job, { out, labels }: ReportOptions): Promise<void> {
  if (out === undefined || out === '-') return
  const { result, errors, manifest } = resultNames(spec.output)
  await checkPage(out, 'report.html', [
    // In a folder of results there is room for a page.
    ['result', result.endsWith('/') ? undefined : result],
    ['file of failed rows', errors],
    ['manifest', manifest],
    ['dataset', spec.dataset.uri],
    ['file of labels', labelFile(labels)],
  ])
}

async function write(
  jobId: string,
  page: string,
  storage: Storage,
  { out }: ReportOptions,
  { stdout, stop }: World,
): Promise<ExitCode> {
  if (out === '-') {
    stdout.write(page)
    return EXIT.succeeded
  }
  const path = resolve(out ?? `${jobId}.report.html`)
  await storage.writeDocument(fileUri(path), Buffer.from(page), {}, stop)
  stdout.write(`${path}\n`)
  return EXIT.succeeded
}

/** What is wrong with the labels is told as a sentence. */
function told(error: unknown): never {
  if (!(error instanceof ReportError || error instanceof CsvError)) throw error
  const { message, hint } = error
  throw new CliError(message, { cause: error, ...(hint === undefined ? {} : { hint }) })
}

async function drawPage(
  reader: JobReader,
  plan: NonNullable<Job['plan']>,
  options: ReportOptions & { readonly cost: JobCost | undefined },
  world: World,
): Promise<string> {
  const { job } = reader
  const { kind, labels = [] } = job.spec.decision
  const decision = { kind, threshold: thresholdsOf(job.spec.decision)[0] ?? 0.5, labels }
  const collector = createReport(decision)
  const measure = measureFor(decision, plan.rows, options, world)
  const labelled = { ...options, rows: plan.rows }
  const sums = await readAll(reader, decision, { collector, measure }, labelled, world.stop)
  const facts = {
    jobId: job.jobId,
    ...(job.retryOf === undefined ? {} : { retryOf: job.retryOf.jobId }),
    state: job.state,
    endpoint: job.spec.endpoint.name,
    variants: sums.variants,
    dataset: job.spec.dataset.uri,
    invocations: sums.invocations,
    createdAt: job.createdAt,
    ...(job.startedAt === undefined ? {} : { startedAt: job.startedAt }),
    endedAt: sums.lastRecordedAt ?? job.createdAt,
    ...(options.cost === undefined ? {} : { cost: options.cost.bill }),
    outputs: [],
  }
  return renderPage(collector.finish(facts, measure?.finish()))
}

interface Sums {
  readonly variants: Record<string, number>
  invocations: number
  lastRecordedAt?: number
}

/** Reads the parts once; a batch that is not recorded yet still has its labels read past. */
async function readAll(
  reader: JobReader,
  decision: Decision,
  { collector, measure }: { collector: ReportCollector; measure: Measure | undefined },
  { labels, labelColumn, rows }: ReportOptions & { readonly rows: number },
  signal: AbortSignal,
): Promise<Sums> {
  const { system, job, documents, documentsOf } = reader
  const sums: Sums = { variants: {}, invocations: 0 }
  const labelsOf =
    labels === undefined ? undefined : await openLabels(reader, labels, labelColumn, rows, signal)
  const parts = readParts(system.ledger, job, documentsOf, signal)
  let next = await parts.next()
  for await (const batch of readPlan(documents, job, signal)) {
    const known = await labelsOf?.(batch)
    if (next.done === true || next.value.batch !== batch.batch) continue
    const part = next.value
    const read = readScores(decision, part.lines)
    collector.add({ ...part, ...read })
    if (known !== undefined) measure?.add(read, known)
    count(sums, part)
    next = await parts.next()
  }
  return sums
}

function count(sums: Sums, part: ReadPart): void {
  const { invocations, recordedAt } = part
  sums.invocations += invocations
  sums.lastRecordedAt = Math.max(sums.lastRecordedAt ?? recordedAt, recordedAt)
  for (const variant of variantsOf(part)) {
    sums.variants[variant] = (sums.variants[variant] ?? 0) + 1
  }
}
