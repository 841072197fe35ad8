import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { CliError } from '../cli-error.ts'
import { type EndpointPlace, isLoopback } from './start-apps.ts'

/**
 * Looks for credentials before anything is started, when the endpoint is not on this machine. The
 * apps would only end one after the other without them.
 *
 * @returns the account that they are of, where they tell it: keys of a user do not.
 * @throws {CliError} when the usual AWS chain finds none.
 */
export async function checkCredentials(
  endpoint: EndpointPlace,
  region: string,
): Promise<string | undefined> {
  if (endpoint.kind === 'model') return undefined
  if (endpoint.kind === 'url' && isLoopback(endpoint.url)) return undefined
  const client = new SageMakerRuntimeClient({ region })
  try {
    return (await client.config.credentials()).accountId
  } catch (cause) {
    throw new CliError(`no AWS credentials were found: ${(cause as Error).message}`, {
      hint: 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in: aws sso login',
      cause,
    })
  } finally {
    client.destroy()
  }
}
