import type * as pulumi from '@pulumi/pulumi'
import type { DataBucket } from './data-bucket.ts'
import type { DatasetAccess } from './dataset-access.ts'
import { invoke } from './endpoints.ts'
import { FargateService, type ServiceSetting } from './fargate-service.ts'
import type { LedgerTable } from './ledger-table.ts'
import type { Statement } from './policy.ts'
import type { EndpointSettings } from './settings.ts'
import { publishOn, type WorkQueue } from './work-queue.ts'

export interface ProducerArgs extends ServiceSetting {
  readonly jobs: WorkQueue
  readonly batches: WorkQueue
  readonly completions: WorkQueue
  readonly ledger: LedgerTable
  readonly datasets: DatasetAccess
  readonly results: DataBucket
  readonly endpoints: readonly EndpointSettings[]
  /** Days that a job's items in the ledger are kept. */
  readonly retentionDays: number
  readonly useKey: readonly Statement[]
  /** Job templates as JSON; none when absent. */
  readonly templates: pulumi.Input<string> | undefined
}

/** Plans jobs: reads datasets, tries the endpoint, writes plans, publishes batches. */
export function createProducer(
  args: ProducerArgs,
  options: pulumi.ComponentResourceOptions,
): FargateService {
  const { jobs, batches, completions, ledger, datasets, results, endpoints } = args
  return new FargateService(
    'producer',
    {
      ...args,
      cpu: 512,
      memoryMiB: 1_024,
      spot: false, // A plan that is cut off begins again.
      environment: {
        MILLRACE_JOBS_QUEUE_URL: jobs.queue.url,
        MILLRACE_JOBS_DLQ_URL: jobs.deadLetter.url,
        MILLRACE_BATCHES_QUEUE_URL: batches.queue.url,
        MILLRACE_COMPLETIONS_QUEUE_URL: completions.queue.url,
        MILLRACE_LEDGER_TABLE: ledger.table.name,
        MILLRACE_WORK_URI: results.uri('work/'),
        MILLRACE_RETENTION_DAYS: String(args.retentionDays),
        MILLRACE_DATASETS_ALLOWED: datasets.uris,
        MILLRACE_RESULTS_ALLOWED: results.uri('results/'),
        MILLRACE_ENDPOINTS_ALLOWED: endpoints.map(({ name }) => name).join(','),
        ...(args.templates === undefined ? {} : { MILLRACE_TEMPLATES: args.templates }),
      },
      statements: [
        ...jobs.work(),
        publishOn(batches, completions),
        ledger.can('GetItem', 'PutItem', 'UpdateItem', 'Query'),
        ...datasets.list(),
        ...datasets.read(),
        // What is decompressed is written there too, and read as a dataset is: pinned to its version.
        results.can(
          'KeepPlans',
          'work/',
          'GetObject',
          'GetObjectVersion',
          'PutObject',
          'AbortMultipartUpload',
        ),
        // Whether another result lies where a job would write.
        results.canOn('SeeManifests', 'results/*manifest.json', 'GetObject'),
        results.canTellAbsence('SeePlans'),
        invoke(endpoints, options),
        args.cluster.canProtectTasks(),
        ...args.useKey,
      ],
    },
    options,
  )
}
