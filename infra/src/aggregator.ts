import type * as pulumi from '@pulumi/pulumi'
import type { DataBucket } from './data-bucket.ts'
import type { DatasetAccess } from './dataset-access.ts'
import { FargateService, type ServiceSetting } from './fargate-service.ts'
import type { JobEvents } from './job-events.ts'
import type { LedgerTable } from './ledger-table.ts'
import type { Statement } from './policy.ts'
import { publishOn, type WorkQueue } from './work-queue.ts'

export interface AggregatorArgs extends ServiceSetting {
  readonly jobs: WorkQueue
  readonly completions: WorkQueue
  readonly ledger: LedgerTable
  readonly datasets: DatasetAccess
  readonly results: DataBucket
  readonly useKey: readonly Statement[]
  readonly events: JobEvents
}

/** Writes results, and watches over jobs that stand still. */
export function createAggregator(
  args: AggregatorArgs,
  options?: pulumi.ComponentResourceOptions,
): FargateService {
  const { jobs, completions, ledger, datasets, results } = args
  return new FargateService(
    'aggregator',
    {
      ...args,
      cpu: 512,
      memoryMiB: 1_024,
      spot: false, // A result that is cut off begins again.
      environment: {
        MILLRACE_COMPLETIONS_QUEUE_URL: completions.queue.url,
        MILLRACE_COMPLETIONS_DLQ_URL: completions.deadLetter.url,
        MILLRACE_JOBS_QUEUE_URL: jobs.queue.url,
        MILLRACE_LEDGER_TABLE: ledger.table.name,
        MILLRACE_WORK_URI: results.uri('work/'),
        MILLRACE_RESULTS_ALLOWED: results.uri('results/'),
        ...args.events.environment(),
      },
      statements: [
        ...completions.work(),
        publishOn(jobs),
        ledger.can('GetItem', 'UpdateItem', 'Query'),
        ledger.canListActiveJobs(),
        ...datasets.read(),
        results.can('ReadPlansAndParts', 'work/', 'GetObject', 'GetObjectVersion'),
        results.can(
          'WriteResults',
          'results/',
          'GetObject', // S3 asks for it of who writes only over what it has seen there.
          'PutObject',
          'DeleteObject',
          'AbortMultipartUpload',
        ),
        results.canTellAbsence('SeeResults'),
        ...args.events.canTell(),
        args.cluster.canProtectTasks(),
        ...args.useKey,
      ],
    },
    options,
  )
}
