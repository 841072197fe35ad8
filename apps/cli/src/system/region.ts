import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { CliError } from '../cli-error.ts'

/** Nothing outside of this machine is asked when the endpoint is local, so any region does. */
const LOCAL_REGION = 'us-east-1'

/**
 * The region of the endpoint: `--region`, or what the AWS SDK finds (AWS_REGION, then the profile).
 *
 * @throws {CliError} when none is to be found.
 */
export async function regionOf(options: {
  readonly region?: string
  readonly endpointUrl?: string
  readonly localModel?: string
}): Promise<string> {
  if (options.region !== undefined) return options.region
  const client = new SageMakerRuntimeClient({})
  try {
    return await client.config.region()
  } catch (cause) {
    if (options.localModel !== undefined || options.endpointUrl !== undefined) return LOCAL_REGION
    throw new CliError('no AWS region is set', {
      hint: 'pass --region, or set AWS_REGION, or a region in the AWS profile',
      cause,
    })
  } finally {
    client.destroy()
  }
}
