/**
 * No answer, or none that can be trusted. With a code as Node's own errors have one:
 *
 * - `ECONNRESET`: the other side has closed the connection before its answer was whole;
 * - `EBADMSG`: what came is no HTTP answer, or larger than wanted;
 * - `ERR_CONNECT_TIMEOUT`: no connection in time, so nothing was sent.
 */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code: 'ECONNRESET' | 'EBADMSG' | 'ERR_CONNECT_TIMEOUT'

  constructor(code: WireError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** The whole answer was not there in time. The name is that of AWS's client. */
export class AnswerTooSlow extends Error {
  override readonly name = 'TimeoutError'

  constructor(timeoutMs: number) {
    super(`no whole answer within ${timeoutMs} ms`)
  }
}
