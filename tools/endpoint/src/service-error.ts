/** An error as SageMaker's runtime sends it. Statuses and headers: field measured, see the table. */
export interface ServiceError {
  readonly status: number
  /** The error's name; it stands in the `x-amzn-errortype` header only. */
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
  missingSignature: {
    status: 403,
    code: 'MissingAuthenticationTokenException',
    body: { message: 'Missing Authentication Token' },
  },
  tooLarge: { status: 413, code: undefined, body: { message: 'Request Entity Too Large' } },
} as const satisfies Record<string, ServiceError>

export function validationError(message: string): ServiceError {
  return { status: 400, code: 'ValidationError', body: { Message: message } }
}

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

export const ACCOUNT = '000000000000'
