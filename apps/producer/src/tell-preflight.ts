import type { PreflightReport } from '@millrace/invocation'
import type { JobId, JobSpec, PinnedDataset, Preflight } from '@millrace/job'
import { unfitBatching, unfitChoice, unfitColumns, unfitPrediction } from '@millrace/predictions'
import type { Logger } from '@millrace/service'
import type { ProbeRows } from './probe-job.ts'
import { unfitResult } from './unfit-result.ts'

/**
 * Logs what the first rows of a job have shown. Shown without predictions: they are the job's, and
 * logs are read by others.
 */
export function tellPreflight(
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
 * The report, but that a result can be made of the first rows and of what the endpoint has answered: else it
 * fails after the last row.
 */
export function judgeReport(
  report: PreflightReport,
  spec: JobSpec,
  dataset: PinnedDataset,
  probe: Pick<ProbeRows, 'body' | 'inputRowBytes' | 'joinedRowBytes'>,
): PreflightReport {
  if (report.kind === 'wrong') return report
  const { predictions } = report
  const problem =
    unfitChoice(spec, report.choice) ??
    unfitPrediction(spec, predictions) ??
    unfitColumns(spec, dataset, { rows: probe.body, predictions }) ??
    unfitBatching(spec, report) ??
    unfitResult(spec.output, dataset, { ...probe, predictionBytes: rowBytesOf(report) })
  return problem === undefined ? report : { kind: 'wrong', problems: [problem] }
}

const rowBytesOf = ({ predictions, rowsAnswered }: PreflightReport & { kind: 'ready' }): number =>
  (predictions.length + 1) / rowsAnswered

/** What of it goes into the ledger. */
export function preflightOf(report: PreflightReport & { kind: 'ready' }): Preflight {
  const { rowsAnswered: rows, latencyMs, bytesPerRow, answerBytes } = report
  return { rows, latencyMs, bytesSent: Math.round(bytesPerRow * rows), bytesAnswered: answerBytes }
}
