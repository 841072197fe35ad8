import { jobTemplatesSchema, limits } from '@millrace/job'
import {
  awsSettings,
  healthSettings,
  LOG_LEVELS,
  proxySettings,
  telemetrySettings,
} from '@millrace/service'
import { z } from 'zod'

const list = z.string().transform((text) => text.split(',').map((item) => item.trim()))

/** The producer's environment. Names and defaults are documented in `docs/configuration.md`. */
export const configSchema = z.object({
  ...awsSettings,
  ...proxySettings,
  ...telemetrySettings,
  ...healthSettings,
  MILLRACE_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  MILLRACE_JOBS_QUEUE_URL: z.url().describe('the URL of the queue of job requests'),
  MILLRACE_JOBS_DLQ_URL: z.url().optional().describe('the URL of its dead-letter queue'),
  MILLRACE_BATCHES_QUEUE_URL: z.url().describe('the URL of the queue of batches'),
  MILLRACE_COMPLETIONS_QUEUE_URL: z.url().describe('the URL of the queue of completions'),
  MILLRACE_LEDGER_TABLE: z.string().min(3).describe('the name of the ledger table'),
  MILLRACE_WORK_URI: z
    .string()
    .regex(/^(s3:\/\/|file:\/\/\/).*\/$/)
    .describe('an s3:// or file:/// URI that ends in a slash'),
  MILLRACE_DATASETS_ALLOWED: list.describe('URI prefixes of datasets, separated by commas'),
  MILLRACE_RESULTS_ALLOWED: list.describe('URI prefixes of results, separated by commas'),
  MILLRACE_ENDPOINTS_ALLOWED: list.describe('endpoint names or prefixes with a final *'),
  MILLRACE_TEMPLATES: z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch (error) {
        context.addIssue({ code: 'custom', message: `JSON (${(error as Error).message})` })
        return z.NEVER
      }
    })
    .pipe(jobTemplatesSchema)
    .default([]),
  MILLRACE_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3_650)
    .default(90)
    .describe('days after which the ledger forgets a job and its predictions; 0 keeps them'),
  MILLRACE_INVOCATION_TIMEOUT_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(limits.invocationSocketTimeoutMs / 1_000)
    .default(limits.invocationSocketTimeoutMs / 1_000)
    .describe(
      `how long an answer is waited for, 1 to ${limits.invocationSocketTimeoutMs / 1_000} seconds`,
    ),
  MILLRACE_INVOCATION_TRANSPORT: z
    .enum(['fast', 'sdk'])
    .default('fast')
    .describe('fast, or sdk for the stock client of AWS'),
  MILLRACE_VISIBILITY_SECONDS: z.coerce
    .number()
    .int()
    .min(3)
    .max(limits.visibilityMaxSeconds)
    .default(limits.visibilityTimeoutSeconds)
    .describe('the visibility timeout of the queues, in seconds'),
  MILLRACE_RECEIVE_WAIT_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(limits.receiveWaitSeconds)
    .default(limits.receiveWaitSeconds)
    .describe(`how long a poll of an empty queue waits, 1 to ${limits.receiveWaitSeconds} seconds`),
})

export type Config = z.output<typeof configSchema>
