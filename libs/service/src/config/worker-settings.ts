import { limits } from '@millrace/job'
import { z } from 'zod'
import { LOG_LEVELS } from '../log/logger.ts'

/** Variables of every app: it works on a queue and keeps ledger and documents. */
export const workerSettings = {
  MILLRACE_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  MILLRACE_LEDGER_TABLE: z.string().min(3).describe('the name of the ledger table'),
  MILLRACE_LEDGER_TRANSPORT: z
    .enum(['fast', 'sdk'])
    .default('fast')
    .describe('fast, or sdk for the stock client of AWS'),
  MILLRACE_WORK_URI: z
    .string()
    .regex(/^(s3:\/\/|file:\/\/\/).*\/$/)
    .describe('an s3:// or file:/// URI that ends in a slash'),
  MILLRACE_VISIBILITY_SECONDS: z.coerce
    .number()
    .int()
    .min(3)
    .max(limits.visibilityMaxSeconds)
    .default(limits.visibilityTimeoutSeconds)
    .describe(`the visibility timeout of the queues, 3 to ${limits.visibilityMaxSeconds} seconds`),
  MILLRACE_RECEIVE_WAIT_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(limits.receiveWaitSeconds)
    .default(limits.receiveWaitSeconds)
    .describe(`how long a poll of an empty queue waits, 1 to ${limits.receiveWaitSeconds} seconds`),
}
