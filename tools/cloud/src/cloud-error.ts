export type CloudErrorCode = 'port_in_use' | 'port_refused' | 'state_in_use' | 'state_unreadable'

/** Why the local cloud could not start. Never retryable: somebody must free a port or a folder. */
export class CloudError extends Error {
  override readonly name = 'CloudError'
  readonly code: CloudErrorCode
  readonly retryable = false

  constructor(code: CloudErrorCode, message: string, options: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Says in one sentence why a port of loopback could not be listened on. */
export function portError(port: number, cause: unknown): CloudError {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    const message = `listen on 127.0.0.1:${port}: the port is in use by another process`
    return new CloudError('port_in_use', message, { cause })
  }
  return new CloudError('port_refused', `listen on 127.0.0.1:${port}: ${code}`, { cause })
}
