import { jobTemplatesSchema } from '@millrace/job'
import {
  awsSettings,
  healthSettings,
  invocationSettings,
  proxySettings,
  telemetrySettings,
  uriList,
  workerSettings,
} from '@millrace/service'
import { z } from 'zod'

/** A name that an endpoint can have, or how such names begin and a `*`. */
const name = z
  .string()
  .regex(
    /^([a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}|([a-zA-Z0-9][a-zA-Z0-9-]{0,62})?\*)$/,
    'wanted a SageMaker endpoint name, or a prefix with a final *',
  )
const names = z
  .string()
  .transform((text) => text.split(',').map((item) => item.trim()))
  .pipe(z.array(name))

/** The producer's environment. Names and defaults are documented in `docs/configuration.md`. */
export const configSchema = z.object({
  ...awsSettings,
  ...proxySettings,
  ...telemetrySettings,
  ...healthSettings,
  ...workerSettings,
  ...invocationSettings,
  MILLRACE_JOBS_QUEUE_URL: z.url().describe('the URL of the queue of job requests'),
  MILLRACE_JOBS_DLQ_URL: z.url().optional().describe('the URL of its dead-letter queue'),
  MILLRACE_BATCHES_QUEUE_URL: z.url().describe('the URL of the queue of batches'),
  MILLRACE_COMPLETIONS_QUEUE_URL: z.url().describe('the URL of the queue of completions'),
  MILLRACE_DATASETS_ALLOWED: uriList.describe('URI prefixes of datasets, separated by commas'),
  MILLRACE_RESULTS_ALLOWED: uriList.describe('URI prefixes of results, separated by commas'),
  MILLRACE_ENDPOINTS_ALLOWED: names.describe('endpoint names or prefixes with a final *'),
  MILLRACE_TEMPLATES: z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch (error) {
        context.addIssue({ code: 'custom', message: `wanted JSON (${(error as Error).message})` })
        return z.NEVER
      }
    })
    .pipe(jobTemplatesSchema)
    .default([]),
  MILLRACE_PREFLIGHT_PATIENCE_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(300)
    .describe(
      'how long an endpoint that is not reached is tried before its job fails, 1 to 3600 seconds',
    ),
  MILLRACE_BATCHES_WAITING_MAX: z.coerce
    .number()
    .int()
    .min(1_000)
    .optional()
    .describe('batches that may wait in their queue before more are published, from 1,000 on'),
  MILLRACE_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3_650)
    .default(90)
    .describe(
      'days after which the ledger forgets a job and its predictions, 1 to 3650; 0 keeps them',
    ),
})

export type Config = z.output<typeof configSchema>
