import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { EndpointOptions } from './endpoint-options.ts'
import { ACCOUNT, type ServiceError, serviceErrors, validationError } from './service-error.ts'

/** What SageMaker refuses before it asks whether there is room: a wrong call, caller or name. */
export function refusalAtTheDoor(
  { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  options: EndpointOptions,
): ServiceError | undefined {
  const name = PATH.exec(url ?? '')?.[1]
  if (method !== 'POST' || name === undefined) return serviceErrors.unknownOperation
  return (
    refusalOfSignature(headers.authorization, options.accessKeyId) ??
    refusalOfName(decodeURIComponent(name), headers, options)
  )
}

const PATH = /^\/endpoints\/([A-Za-z0-9%-]+)\/invocations$/

const SIGNATURE =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/[a-z0-9-]+\/sagemaker\/aws4_request,\s*SignedHeaders=[a-z0-9;-]+,\s*Signature=[0-9a-f]{64}$/

/** The shape of a signature is checked, and the access key when one is wanted; not the signature. */
function refusalOfSignature(
  authorization: string | undefined,
  accessKeyId: string | undefined,
): ServiceError | undefined {
  if (authorization === undefined) return serviceErrors.missingSignature
  const signature = SIGNATURE.exec(authorization)
  if (signature === null) return serviceErrors.incompleteSignature
  const known = accessKeyId === undefined || signature[1] === accessKeyId
  return known ? undefined : serviceErrors.unknownAccessKey
}

function refusalOfName(
  name: string,
  headers: IncomingHttpHeaders,
  options: EndpointOptions,
): ServiceError | undefined {
  if (name !== options.name) {
    return validationError(`Endpoint ${name} of account ${ACCOUNT} not found.`)
  }
  const variant = headers['x-amzn-sagemaker-target-variant']
  if (variant === undefined || variant === (options.variant ?? 'AllTraffic')) return undefined
  return validationError(`Variant ${variant.toString()} of endpoint ${name} not found.`)
}
