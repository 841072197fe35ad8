import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { EndpointOptions } from './endpoint-options.ts'
import { isSignedWith, parseSignature } from './verify-signature.ts'
import {
  noSuchEndpoint,
  type ServiceError,
  serviceErrors,
  validationError,
} from './service-error.ts'

/** What SageMaker refuses before it asks whether there is room: a wrong call, caller or name. */
export function refusalAtTheDoor(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  payload: Buffer,
  options: EndpointOptions,
): ServiceError | undefined {
  const { method, url, headers } = request
  if (isOfBrowser(headers)) return serviceErrors.ofBrowser
  const name = endpointNameIn(url)
  if (method !== 'POST' || name === undefined) return serviceErrors.unknownOperation
  return refusalOfSignature(request, payload, options) ?? refusalOfName(name, headers, options)
}

/**
 * A page sends its origin with each request, unless a name of its own leads to this machine: then it calls
 * the endpoint by that name. By the port of a proxy is no harm.
 */
export function isOfBrowser({ origin, host = '' }: IncomingHttpHeaders): boolean {
  return origin !== undefined || !/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host)
}

/** The endpoint that a request invokes; nothing where it asks for something else. */
export const endpointNameIn = (url = ''): string | undefined =>
  /^\/endpoints\/([A-Za-z0-9-]+)\/invocations$/.exec(url)?.[1]

/** The shape of the signature, and as much of the caller as the endpoint was told to check. */
function refusalOfSignature(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  payload: Buffer,
  { accessKeyId, secretAccessKey }: EndpointOptions,
): ServiceError | undefined {
  const { authorization } = request.headers
  if (authorization === undefined) return serviceErrors.missingSignature
  const signature = parseSignature(authorization)
  if (signature === undefined) return serviceErrors.incompleteSignature
  if ((accessKeyId ?? signature.accessKeyId) !== signature.accessKeyId) {
    return serviceErrors.unknownAccessKey
  }
  if (secretAccessKey === undefined) return undefined
  const right = isSignedWith(secretAccessKey, signature, request, payload)
  return right ? undefined : serviceErrors.wrongSignature
}

function refusalOfName(
  name: string,
  headers: IncomingHttpHeaders,
  options: EndpointOptions,
): ServiceError | undefined {
  if (name !== options.name) return noSuchEndpoint(name)
  const variant = headers['x-amzn-sagemaker-target-variant']
  if (variant === undefined || variant === (options.variant ?? 'AllTraffic')) return undefined
  return validationError(`Variant ${variant.toString()} of endpoint ${name} not found.`)
}
