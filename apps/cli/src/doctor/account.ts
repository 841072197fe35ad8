import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { proxiesOf } from '@millrace/invocation'
import { orAborted } from '../or-aborted.ts'
import { isOfLocalCloud } from '../system/local-keys.ts'
import type { World } from '../world.ts'
import { type ClockReading, judgeClock, watchClock } from './clock.ts'
import { type Check, type Finding, failed, ok, skipped, warning } from './finding.ts'

/** Who asks, and where; with what is needed to look. */
export interface Account {
  /** Nothing when no region is to be found. */
  readonly region: string | undefined
  readonly env: World['env']
  /** False when only things on this machine are asked for. */
  readonly isNeeded: boolean
}

const CLIENT = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const

/** One call of STS tells who the keys belong to, and what time it is. */
export function accountChecks(account: Account): Check[] {
  let asked: Promise<Asked> | undefined
  const ask = (signal: AbortSignal): Promise<Asked> => (asked ??= askSts(account, signal))
  return [
    { name: 'region', look: async () => lookAtRegion(account) },
    {
      name: 'credentials',
      look: async (signal) => unlessLocal(account, async () => (await ask(signal)).who),
    },
    {
      name: 'clock',
      look: async (signal) =>
        unlessLocal(account, async () => judgeClock((await ask(signal)).clock)),
    },
  ]
}

function lookAtRegion({ region, env, isNeeded }: Account): Finding {
  const hint = 'pass --region, or set AWS_REGION, or a region in the AWS profile'
  if (region === undefined) return isNeeded ? failed('none is set', hint) : warning('none', hint)
  const queue = env['MILLRACE_JOBS_QUEUE_URL'] ?? ''
  const [, ofQueue = region] = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(queue) ?? []
  if (ofQueue === region) return ok(region)
  return failed(`${region}, but the queues are in ${ofQueue}`, `pass --region ${ofQueue}`)
}

async function unlessLocal(
  { region, env }: Account,
  look: () => Promise<Finding>,
): Promise<Finding> {
  if (isOfLocalCloud(env)) return skipped('a local cloud does not ask')
  return region === undefined ? skipped('no region to ask in') : await look()
}

interface Asked {
  readonly who: Finding
  readonly clock: ClockReading | undefined
}

async function askSts({ region, env, isNeeded }: Account, signal: AbortSignal): Promise<Asked> {
  const endpoint = env['AWS_ENDPOINT_URL_STS'] ?? env['AWS_ENDPOINT_URL']
  const client = new STSClient({
    ...CLIENT,
    region: region ?? '',
    ...(endpoint === undefined ? {} : { endpoint }),
  })
  const clock = watchClock(client, Date.now)
  try {
    const { expiration } = await credentialsOf(client, signal)
    const { Arn } = await client.send(new GetCallerIdentityCommand(), { abortSignal: signal })
    return { who: judgeExpiry(Arn ?? 'somebody', expiration), clock: clock.read() }
  } catch (error) {
    return { who: judgeRefusal(error as Error, { env, isNeeded }), clock: clock.read() }
  } finally {
    client.destroy()
  }
}

/** Less than a look may take, so that the look itself tells what has not answered. */
const CREDENTIALS_MS_MAX = 10_000

async function credentialsOf({ config }: STSClient, signal: AbortSignal) {
  const late = AbortSignal.timeout(CREDENTIALS_MS_MAX)
  return await orAborted(config.credentials(), AbortSignal.any([signal, late])).catch(
    (cause: unknown) => {
      if (!late.aborted) throw cause
      const message = `no answer for ${CREDENTIALS_MS_MAX / 1_000} s from what gives them`
      throw Object.assign(new Error(message, { cause }), { name: 'CredentialsLate' })
    },
  )
}

const EXPIRES_SOON_MS = 15 * 60 * 1_000

function judgeExpiry(who: string, expiration: Date | undefined): Finding {
  const leftMs = (expiration?.getTime() ?? Infinity) - Date.now()
  if (leftMs > EXPIRES_SOON_MS) return ok(who)
  const minutes = Math.max(0, Math.floor(leftMs / 60_000))
  return warning(`${who}: expires in ${minutes} min`, 'sign in again before a long run')
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const REFUSALS: Readonly<Record<string, string>> = {
  ExpiredToken: 'sign in again: aws sso login, or new keys',
  ExpiredTokenException: 'sign in again: aws sso login, or new keys',
  RequestExpired: "set this machine's clock",
  InvalidClientTokenId: 'the access key does not exist, or no longer: set one that does',
  SignatureDoesNotMatch: 'the secret key does not belong to the access key, or the clock is wrong',
}

function judgeRefusal(
  { name, message }: Error,
  { env, isNeeded }: Pick<Account, 'env' | 'isNeeded'>,
): Finding {
  const refused = REFUSALS[name]
  if (refused !== undefined) return failed(`${name}: ${message}`, refused)
  if (!/Credentials|TokenProvider/.test(name)) {
    const hint =
      proxiesOf(env) === undefined
        ? 'check the network'
        : 'it is asked without the proxy that is set'
    return warning(`STS does not tell who you are: ${message || name}`, hint)
  }
  const how = 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or: aws sso login'
  if (isNeeded) return failed(`none were found: ${message}`, how)
  return warning('none were found', `a run with --local-model needs none; for AWS, ${how}`)
}
