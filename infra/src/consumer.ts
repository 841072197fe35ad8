import type * as pulumi from '@pulumi/pulumi'
import type { DataBucket } from './data-bucket.ts'
import type { DatasetAccess } from './dataset-access.ts'
import { invoke } from './endpoints.ts'
import { FargateService, type ServiceSetting } from './fargate-service.ts'
import type { LedgerTable } from './ledger-table.ts'
import type { Statement } from './policy.ts'
import type { Settings } from './settings.ts'
import { publishOn, type WorkQueue } from './work-queue.ts'

export interface ConsumerArgs extends ServiceSetting {
  readonly batches: WorkQueue
  readonly completions: WorkQueue
  readonly ledger: LedgerTable
  readonly datasets: DatasetAccess
  readonly results: DataBucket
  readonly endpoints: Settings['endpoints']
  readonly size: Settings['consumers']
  readonly useKey: readonly Statement[]
}

/** Scores batches: reads row ranges, invokes the endpoint, records parts. */
export function createConsumer(
  args: ConsumerArgs,
  options: pulumi.ComponentResourceOptions,
): FargateService {
  const { batches, completions, ledger, datasets, results, endpoints, size } = args
  return new FargateService(
    'consumer',
    {
      ...args,
      ...size,
      endsFirst: true, // Two fleets at once would ask twice of the endpoint what it serves.
      environment: {
        MILLRACE_BATCHES_QUEUE_URL: batches.queue.url,
        MILLRACE_BATCHES_DLQ_URL: batches.deadLetter.url,
        MILLRACE_COMPLETIONS_QUEUE_URL: completions.queue.url,
        MILLRACE_LEDGER_TABLE: ledger.table.name,
        MILLRACE_WORK_URI: results.uri('work/'),
        MILLRACE_CONCURRENCY: String(size.concurrency),
        MILLRACE_CONCURRENCY_SHARE: String(size.share),
      },
      statements: [
        ...batches.work(),
        publishOn(completions),
        ledger.can('GetItem', 'PutItem', 'UpdateItem', 'Query'),
        ...datasets.read(),
        // Plans and decompressed datasets are read; parts too large for an item are written.
        results.can('KeepParts', 'work/', 'GetObject', 'GetObjectVersion', 'PutObject'),
        results.canTellAbsence('SeePlans'),
        invoke(endpoints, options),
        args.cluster.canProtectTasks(),
        ...args.useKey,
      ],
    },
    options,
  )
}
