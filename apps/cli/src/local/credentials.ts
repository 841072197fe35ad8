import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { orAborted } from '../or-aborted.ts'
import { type EndpointPlace, isLoopback } from './start-apps.ts'

/** Whoever is asked for a second factor by what gives credentials types it within this. */
const PATIENCE_MS = 60_000

/**
 * Looks for credentials before anything is started, when the endpoint is not on this machine. The
 * apps would only end one after the other without them.
 *
 * @returns the account that they are of, where they tell it: keys of a user do not.
 * @throws {CliError} when the usual AWS chain finds none, or does not come to an end.
 */
export async function checkCredentials(
  endpoint: EndpointPlace,
  region: string,
  signal: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<string | undefined> {
  if (endpoint.kind === 'model') return undefined
  if (endpoint.kind === 'url' && isLoopback(endpoint.url)) return undefined
  const client = new SageMakerRuntimeClient({ region })
  const late = AbortSignal.timeout(patienceMs)
  try {
    const ended = AbortSignal.any([signal, late])
    return (await orAborted(client.config.credentials(), ended)).accountId
  } catch (cause) {
    signal.throwIfAborted()
    if (late.aborted) throw noAnswer(patienceMs, cause)
    throw new CliError(`no AWS credentials were found: ${(cause as Error).message}`, {
      hint: 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in: aws sso login',
      cause,
    })
  } finally {
    client.destroy()
  }
}

const noAnswer = (patienceMs: number, cause: unknown): CliError =>
  new CliError(`no AWS credentials: no answer for ${patienceMs / 1_000} s from what gives them`, {
    hint: 'check the network to STS or SSO, or the credential_process of the profile; aws sts get-caller-identity asks it too',
    exitCode: EXIT.failed,
    cause,
  })
