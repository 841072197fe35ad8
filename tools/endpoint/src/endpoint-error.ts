export type EndpointErrorCode =
  | 'model_unreadable'
  | 'model_invalid'
  | 'model_unsupported'
  | 'option_invalid'
  | 'port_in_use'
  | 'listen_failed'

/** The local endpoint cannot start, and why. Nothing here passes by itself: none is retryable. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError'
  readonly code: EndpointErrorCode
  readonly retryable = false

  constructor(code: EndpointErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
