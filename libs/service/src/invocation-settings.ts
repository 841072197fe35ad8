import { limits } from '@millrace/job'
import { z } from 'zod'

const SECONDS_MAX = limits.invocationSocketTimeoutMs / 1_000

/** Variables of the apps that invoke endpoints. */
export const invocationSettings = {
  MILLRACE_INVOCATION_TIMEOUT_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(SECONDS_MAX)
    .default(SECONDS_MAX)
    .describe(`how long an answer is waited for, 1 to ${SECONDS_MAX} seconds`),
  MILLRACE_INVOCATION_TRANSPORT: z
    .enum(['fast', 'sdk'])
    .default('fast')
    .describe('fast, or sdk for the stock client of AWS'),
}
