import { limits } from '@millrace/job'
import {
  awsSettings,
  healthSettings,
  invocationSettings,
  proxySettings,
  telemetrySettings,
  workerSettings,
} from '@millrace/service'
import { z } from 'zod'

/** The consumer's environment. Names and defaults are documented in `docs/configuration.md`. */
export const configSchema = z.object({
  ...awsSettings,
  ...proxySettings,
  ...telemetrySettings,
  ...healthSettings,
  ...workerSettings,
  ...invocationSettings,
  MILLRACE_BATCHES_QUEUE_URL: z.url().describe('the URL of the queue of batches'),
  MILLRACE_BATCHES_DLQ_URL: z.url().optional().describe('the URL of its dead-letter queue'),
  MILLRACE_COMPLETIONS_QUEUE_URL: z.url().describe('the URL of the queue of completions'),
  MILLRACE_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(limits.concurrencyMax)
    .default(limits.concurrencyDefault)
    .describe(`invocations in flight at most, 1 to ${limits.concurrencyMax}`),
  MILLRACE_CONCURRENCY_SHARE: z.coerce
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('the part that is used of the room an endpoint is found to have, above 0 to 1'),
})

export type Config = z.output<typeof configSchema>
