import { limits } from '@millrace/job'
import {
  awsSettings,
  healthSettings,
  telemetrySettings,
  uriList,
  workerSettings,
} from '@millrace/service'
import { z } from 'zod'

/** The aggregator's environment. Names and defaults are documented in `docs/configuration.md`. */
export const configSchema = z.object({
  ...awsSettings,
  ...telemetrySettings,
  ...healthSettings,
  ...workerSettings,
  MILLRACE_COMPLETIONS_QUEUE_URL: z.url().describe('the URL of the queue of completions'),
  MILLRACE_COMPLETIONS_DLQ_URL: z.url().optional().describe('the URL of its dead-letter queue'),
  MILLRACE_JOBS_QUEUE_URL: z.url().describe('the URL of the queue of job requests'),
  MILLRACE_BATCHES_QUEUE_URL: z
    .url()
    .optional()
    .describe('the URL of the queue of batches, whose backlog is reported'),
  MILLRACE_CONSUMERS_SERVICE: z
    .string()
    .regex(/^[\w-]{1,255}\/[\w-]{1,255}$/)
    .optional()
    .describe('the ECS cluster and service of the consumers, as cluster/service'),
  MILLRACE_RESULTS_ALLOWED: uriList
    .default([])
    .describe('URI prefixes of exported results, separated by commas; without one there are none'),
  MILLRACE_EVENT_BUS: z
    .string()
    .min(1)
    .max(1_600)
    .optional()
    .describe('name or ARN of the EventBridge bus that hears of started and ended jobs'),
  MILLRACE_EVENTS_TOPIC_ARN: z
    .string()
    .regex(/^arn:[^:]+:sns:[^:]+:\d{12}:.+$/)
    .optional()
    .describe('ARN of an SNS topic that hears of them'),
  MILLRACE_STALLED_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(limits.stalledSeconds)
    .describe(
      'a job in which nothing moved for so long, 1 to 86400 seconds, has its missing batches published again',
    ),
})

export type Config = z.output<typeof configSchema>
