import { type Job, type JobSpec, thresholdsOf } from '@millrace/job'
import { createReport, readScores, renderPageBytes, type ReportFacts } from '@millrace/report'
import type { Cost } from './cost.ts'
import type { CountedPart } from '../account/history.ts'
import type { Tally } from '../account/tally.ts'
import type { OutputFile } from './writer.ts'

/** Gathers the report of a result while its parts go by. */
export interface Reporting {
  add(part: CountedPart): void
  /** The page. It tells no time of writing, as nothing of a result does. */
  page(tally: Tally, outputs: readonly OutputFile[], cost: Cost | undefined): Buffer
}

export function createReporting(job: Job, spec: JobSpec): Reporting {
  const { kind, labels = [] } = spec.decision
  const [threshold = 0.5] = thresholdsOf(spec.decision)
  const decision = { kind, threshold, labels }
  const report = createReport(decision)
  return {
    add: ({ lines, failures, throttles, durationMs, recordedAt }) =>
      report.add({ ...readScores(decision, lines), failures, throttles, durationMs, recordedAt }),
    page: (tally, outputs, cost) => {
      const facts: Omit<ReportFacts, 'decision'> = {
        jobId: job.jobId,
        ...(job.retryOf === undefined ? {} : { retryOf: job.retryOf.jobId }),
        state: tally.failedRows === 0 ? 'succeeded' : 'succeeded_with_failures',
        endpoint: spec.endpoint.name,
        variants: tally.variants,
        dataset: spec.dataset.uri,
        invocations: tally.invocations,
        createdAt: job.createdAt,
        ...(job.startedAt === undefined ? {} : { startedAt: job.startedAt }),
        // A retry that had nothing left to record has only what is older than it.
        endedAt: Math.max(tally.recordedAt?.last ?? 0, job.startedAt ?? job.createdAt),
        ...(cost === undefined ? {} : { cost: billed(cost) }),
        outputs: outputs.map((output) => ({ ...output, name: nameOf(output.uri) })),
      }
      return renderPageBytes(report.finish(facts))
    },
  }
}

const billed = ({ bill: { total, perMillionRows, region } }: Cost) => ({
  total,
  perMillionRows,
  region,
})

const nameOf = (uri: string): string => {
  const name = uri.slice(uri.lastIndexOf('/') + 1)
  return uri.startsWith('file:') ? decodeURIComponent(name) : name
}
