import type { RawAnswer } from './read-answer.ts'

/**
 * A failure as AWS's client would throw it: with the service's name for it, and with what else the
 * answer tells as properties of its own, such as `OriginalStatusCode` or `Item`. It tells no `cause`: causes
 * are followed, one within the other, and an answer may hold a hundred thousand.
 */
export class ServiceError extends Error {
  override readonly name: string
  readonly $metadata: { readonly httpStatusCode: number }

  constructor(name: string, status: number, { message, Message, ...facts }: ErrorBody) {
    super(textOf(Message) ?? textOf(message) ?? `HTTP ${status}`)
    this.name = name
    this.$metadata = { httpStatusCode: status }
    for (const fact in facts) {
      if (fact in this || fact === 'cause') continue
      Object.assign(this, { [fact]: facts[fact] })
    }
  }
}

/** Anybody on the way may have written it, so each of its values may be anything. */
type ErrorBody = Readonly<Record<string, unknown>>

const textOf = (fact: unknown): string | undefined => (typeof fact === 'string' ? fact : undefined)

/**
 * The error in an answer, if it is one. Its name is in the `x-amzn-errortype` header or in the body,
 * with a namespace before `#` or a URL after `:`. What is no text is no name: gateways and proxies
 * answer `{"code": 429}`, of which the status says what it is.
 *
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
 */
export function serviceErrorOf(answer: RawAnswer): ServiceError | undefined {
  if (answer.status >= 200 && answer.status < 300) return undefined
  const { __type, code, ...facts } = bodyOf(answer)
  const name =
    answer.headers['x-amzn-errortype'] ?? textOf(__type) ?? textOf(code) ?? 'UnknownError'
  const bare = name.split(':', 1)[0]?.split('#').at(-1) ?? name
  return new ServiceError(bare, answer.status, facts)
}

function bodyOf({ body }: RawAnswer): ErrorBody {
  try {
    const parsed: unknown = JSON.parse(body.toString())
    if (typeof parsed === 'object' && parsed !== null) return { ...parsed }
  } catch {
    // A load balancer or proxy answers in HTML: its words are all there is.
  }
  return { message: body.toString('utf8', 0, 1_024) }
}
