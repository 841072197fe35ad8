/** The account that every local endpoint belongs to. */
export const ACCOUNT = '000000000000'

/**
 * An error as SageMaker's runtime sends it. Source of statuses and names: the errors of InvokeEndpoint,
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html, and the
 * common errors beside it. ThrottlingException is on neither page; it comes with 400 and no message.
 */
export interface ServiceError {
  readonly status: number
  /** The error's name. It stands in the `x-amzn-errortype` header and nowhere else. */
  readonly code: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

export const serviceErrors = {
  throttled: { status: 400, code: 'ThrottlingException', body: { message: null } },
  notReady: {
    status: 429,
    code: 'ModelNotReadyException',
    body: { Message: 'The model is not ready to serve inference requests.' },
  },
  // An inference component without a copy. Its words stand in AWS's post of December 2024 on scaling to zero.
  noCapacity: validationError(
    'Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress ' +
      '(if configured) or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API.',
  ),
  // A serverless endpoint takes 4 MB. Its words stand in https://github.com/aws/sagemaker-python-sdk/issues/4271.
  oversizeBody: validationError('Request 3b9b5d1c-0a4c-4a1e-9c1d-1c1d1c1d1c1d has oversize body.'),
  unavailable: {
    status: 503,
    code: 'ServiceUnavailable',
    body: { Message: 'The service is currently unavailable.' },
  },
  internalFailure: {
    status: 500,
    code: 'InternalFailure',
    body: { Message: 'The request processing has failed because of an unknown error.' },
  },
  dependencyFailure: {
    status: 530,
    code: 'InternalDependencyException',
    body: { Message: 'A dependency of the service has failed.' },
  },
  // Not of SageMaker: what listens on loopback is open to every page of a browser of this machine.
  ofBrowser: {
    status: 403,
    code: 'AccessDeniedException',
    body: { Message: 'Requests of a page in a browser, or by another name, are refused.' },
  },
  missingSignature: {
    status: 403,
    code: 'MissingAuthenticationTokenException',
    body: { message: 'Missing Authentication Token' },
  },
  incompleteSignature: {
    status: 403,
    code: 'IncompleteSignatureException',
    body: { message: 'Authorization header is not a Signature Version 4 of service sagemaker.' },
  },
  unknownAccessKey: {
    status: 403,
    code: 'UnrecognizedClientException',
    body: { message: 'The security token included in the request is invalid.' },
  },
  wrongSignature: {
    status: 403,
    code: 'InvalidSignatureException',
    body: {
      message:
        'The request signature we calculated does not match the signature you provided. Check your ' +
        'AWS Secret Access Key and signing method. Consult the service documentation for details.',
    },
  },
  expiredToken: {
    status: 403,
    code: 'ExpiredTokenException',
    body: { message: 'The security token included in the request is expired' },
  },
  accessDenied: {
    status: 403,
    code: 'AccessDeniedException',
    body: { Message: 'User is not authorized to perform: sagemaker:InvokeEndpoint' },
  },
  unknownOperation: {
    status: 404,
    code: 'UnknownOperationException',
    body: { message: 'Wanted POST /endpoints/<name>/invocations.' },
  },
  // A proxy in front of the runtime refuses these: no error name, no JSON of the service.
  tooLarge: { status: 413, code: undefined, body: { message: 'Request Entity Too Large' } },
} as const satisfies Record<string, ServiceError>

export function validationError(message: string): ServiceError {
  return { status: 400, code: 'ValidationError', body: { Message: message } }
}

/** What an invocation is answered whose endpoint is not there, or not yet. */
export const noSuchEndpoint = (name: string): ServiceError =>
  validationError(`Endpoint ${name} of account ${ACCOUNT} not found.`)

/** The same of the other API, by which endpoints are made: it has another name for it. */
export const validationException = (message: string): ServiceError => ({
  status: 400,
  code: 'ValidationException',
  body: { message },
})

/** The container's own refusal or failure, wrapped as SageMaker wraps it. */
export function modelError(endpoint: string, status: number, message: string): ServiceError {
  const client = status >= 400 && status < 500
  const group = `/aws/sagemaker/Endpoints/${endpoint}`
  return {
    status: 424,
    code: 'ModelError',
    body: {
      ErrorCode: client ? 'CLIENT_ERROR_FROM_MODEL' : 'INTERNAL_FAILURE_FROM_MODEL',
      LogStreamArn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${group}`,
      Message: `Received ${client ? 'client' : 'server'} error (${status}) from primary with message "${message}". See ${group} in account ${ACCOUNT} for more information.`,
      OriginalMessage: message,
      OriginalStatusCode: status,
    },
  }
}
