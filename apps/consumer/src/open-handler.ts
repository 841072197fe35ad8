import { createInvoke, proxiesOf } from '@millrace/invocation'
import { createLedgerClient } from '@millrace/ledger'
import type { AppQueues } from '@millrace/queue'
import { endpointUrlOf, type Logger, type Telemetry } from '@millrace/service'
import { createStorage, s3WhenWanted } from '@millrace/storage'
import type { Config } from './config.ts'
import { createHandler, type Handler } from './handler.ts'
import type { Meter } from './meter.ts'

/** Opens all that a message needs beside its queue: ledger, storage and endpoints. */
export function openHandler(
  config: Config,
  { queues, meter }: { readonly queues: Pick<AppQueues, 'publishTo'>; readonly meter: Meter },
  logger: Logger,
  lifetime: AbortSignal,
  telemetry: Telemetry,
): Handler & AsyncDisposable {
  const region = config.AWS_REGION
  const dynamo = createLedgerClient({
    region,
    endpointUrl: endpointUrlOf(config, 'DYNAMODB'),
    transport: config.MILLRACE_LEDGER_TRANSPORT,
  })
  const s3 = s3WhenWanted({ region, endpoint: endpointUrlOf(config, 'S3') })
  const storage = createStorage({ s3 })
  const invoke = createInvoke({
    region,
    endpointUrl: endpointUrlOf(config, 'SAGEMAKER_RUNTIME'),
    proxies: proxiesOf(config),
    transport: config.MILLRACE_INVOCATION_TRANSPORT,
    timeoutMs: config.MILLRACE_INVOCATION_TIMEOUT_SECONDS * 1_000,
  })
  const world = {
    ledger: { client: meter.watchLedger(dynamo), tableName: config.MILLRACE_LEDGER_TABLE },
    storage,
    completions: queues.publishTo(config.MILLRACE_COMPLETIONS_QUEUE_URL),
    invoke: meter.watchInvoke(invoke),
    meter,
  }
  return {
    ...createHandler(config, world, logger, lifetime, telemetry),
    async [Symbol.asyncDispose]() {
      await using resources = new AsyncDisposableStack()
      resources.defer(() => dynamo.destroy())
      resources.defer(() => storage.close())
      resources.defer(() => invoke.close())
    },
  }
}
