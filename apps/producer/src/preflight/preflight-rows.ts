import { type Invoke, preflight, type PreflightReport } from '@millrace/invocation'
import type { Job, JobId, JobSpec, PinnedDataset, Preflight } from '@millrace/job'
import { classesIn, type ModelRows, unfitFirstRows } from '@millrace/predictions'
import type { Logger } from '@millrace/service'
import { OBJECT_BYTES_MAX } from '@millrace/storage'
import type { ProbeReport } from './probe-job.ts'

export interface Deps {
  /** Repeats the invocations of a job over passing faults. */
  invokeFor(jobId: JobId): Invoke
  readonly region: string
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

/** Invokes the endpoint with the first rows of a job, judges its answer, and logs what came of it. */
export async function preflightRows(
  { invokeFor, region, logger }: Deps,
  { jobId, spec }: Job,
  dataset: PinnedDataset,
  probe: ModelRows,
  signal: AbortSignal,
): Promise<ProbeReport> {
  const { endpoint, batching } = spec
  const { delimiter } = spec.dataset.csv
  const about = { endpoint, region, delimiter, hasHeader: dataset.header }
  const input = { ...probe, ...about, rowsMax: batching.rows }
  const report = await preflight({ invoke: invokeFor(jobId) }, input, signal)
  const judged = judgeReport(report, spec, dataset, probe)
  tellPreflight(logger, jobId, probe.rows, judged)
  if (judged.kind === 'wrong') return judged
  const classes = classesIn(spec.decision, judged.predictions)
  return {
    kind: 'ready',
    preflight: preflightOf(judged),
    ...(classes !== undefined && { classes }),
  }
}

/**
 * Logs what the first rows of a job have shown. Shown without predictions: they are the job's, and
 * logs are read by others.
 */
function tellPreflight(
  logger: Pick<Logger, 'info' | 'warn'>,
  jobId: JobId,
  rows: number,
  report: PreflightReport,
): void {
  if (report.kind === 'wrong') {
    logger.warn({ jobId, rows, outcome: report.kind, problems: report.problems }, 'preflight done')
    return
  }
  const { kind: outcome, example: _one, predictions: _all, ...facts } = report
  const level = report.rowsRefused > 0 ? 'warn' : 'info'
  logger[level]({ jobId, rows, outcome, ...facts }, 'preflight done')
}

/**
 * The report, but that a result can be made of the first rows and of what the endpoint has answered.
 */
export function judgeReport(
  report: PreflightReport,
  spec: JobSpec,
  dataset: PinnedDataset,
  probe: Pick<ModelRows, 'body' | 'inputRowBytes' | 'joinedRowBytes'>,
): PreflightReport {
  if (report.kind === 'wrong') return report
  const problem = unfitFirstRows(spec, dataset, probe, report, OBJECT_BYTES_MAX)
  return problem === undefined ? report : { kind: 'wrong', problems: [problem] }
}

/** What of it goes into the ledger. */
function preflightOf(report: PreflightReport & { kind: 'ready' }): Preflight {
  const { rowsAnswered: rows, latencyMs, bytesPerRow, answerBytes } = report
  return { rows, latencyMs, bytesSent: Math.round(bytesPerRow * rows), bytesAnswered: answerBytes }
}
