import { limits } from '@millrace/job'
import { z } from 'zod'
import { ConfigError } from './config-error.ts'

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

/**
 * @param proxies what stands between this process and endpoints, if anything does.
 * @throws {ConfigError} for the stock client behind a proxy, which it does not know.
 */
export function checkTransport(
  app: string,
  { MILLRACE_INVOCATION_TRANSPORT: transport }: { MILLRACE_INVOCATION_TRANSPORT: 'fast' | 'sdk' },
  proxies: object | undefined,
): void {
  if (transport === 'fast' || proxies === undefined) return
  const wanted = 'fast, because a proxy is set and sdk knows none'
  const variable = 'MILLRACE_INVOCATION_TRANSPORT'
  throw new ConfigError(app, [{ variable, wanted, got: JSON.stringify(transport) }])
}
