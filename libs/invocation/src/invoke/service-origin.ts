import type { Origin } from '@millrace/aws'
import {
  InvokeEndpointCommand,
  SageMakerRuntimeClient,
  type SageMakerRuntimeClientConfig,
} from '@aws-sdk/client-sagemaker-runtime'

/**
 * Asks AWS's client where it would send an invocation: it knows partitions, FIPS and dual stack,
 * `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME` and profiles, and so the fast transport agrees with it.
 * Nothing is sent.
 */
export async function resolveOrigin(config: SageMakerRuntimeClientConfig): Promise<Origin> {
  let found: Origin | undefined
  const client = new SageMakerRuntimeClient({
    ...config,
    maxAttempts: 1,
    // Keys are another question than addresses.
    credentials: { accessKeyId: 'AKIAUNUSED', secretAccessKey: 'unused' },
    requestHandler: {
      handle: (request: AddressedRequest) => {
        found = originOf(request)
        throw new NothingSent()
      },
    },
  })
  try {
    await client.send(new InvokeEndpointCommand({ EndpointName: ENDPOINT, Body: new Uint8Array() }))
  } catch (error) {
    if (found === undefined) throw error
  } finally {
    client.destroy()
  }
  if (found === undefined) throw new NothingSent()
  return found
}

const ENDPOINT = 'any'

class NothingSent extends Error {
  override readonly name = 'NothingSent'
}

interface AddressedRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
}

function originOf(request: AddressedRequest): Origin {
  const host = request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`
  return {
    origin: `${request.protocol}//${host}`,
    host,
    pathPrefix: request.path.slice(0, request.path.indexOf(`/endpoints/${ENDPOINT}/`)),
  }
}
