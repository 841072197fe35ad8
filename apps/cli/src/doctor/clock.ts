import type { STSClient } from '@aws-sdk/client-sts'
import { duration } from '../show/screen.ts'
import { failed, type Finding, ok, skipped, warning } from './finding.ts'

/** What a service's `Date` said when our clock said `atMs`. */
export interface ClockReading {
  readonly serviceMs: number
  readonly atMs: number
}

/** Notes the `Date` of each answer of a client, of refusals too. */
export function watchClock(
  client: Pick<STSClient, 'middlewareStack'>,
  now: () => number,
): { read(): ClockReading | undefined } {
  let reading: ClockReading | undefined
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args)
      const { headers } = answer.response as { headers?: Readonly<Record<string, string>> }
      const serviceMs = Date.parse(headers?.['date'] ?? '')
      if (!Number.isNaN(serviceMs)) reading = { serviceMs, atMs: now() }
      return answer
    },
    // Below what reads the answer, which throws a refusal.
    { step: 'deserialize', priority: 'low', name: 'watchClock' },
  )
  return { read: () => reading }
}

/** AWS refuses a signature that is five minutes old. */
const REFUSED_SECONDS = 5 * 60
const ODD_SECONDS = 30

export function judgeClock(reading: ClockReading | undefined): Finding {
  if (reading === undefined) return skipped('no service has told the time')
  const ahead = Math.round((reading.atMs - reading.serviceMs) / 1_000)
  // `Date` has whole seconds, and the answer was under way.
  if (Math.abs(ahead) <= 2) return ok("as the service's")
  const found = `${duration(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} the service's`
  const hint = 'let this machine follow a time server'
  if (Math.abs(ahead) >= REFUSED_SECONDS) return failed(found, `${hint}: AWS refuses its requests`)
  return Math.abs(ahead) >= ODD_SECONDS ? warning(found, hint) : ok(found)
}
