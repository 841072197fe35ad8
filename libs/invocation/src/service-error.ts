import type { RawAnswer } from './collect-answer.ts'

/** A failure as AWS's client would throw it: what `classify-failure.ts` reads. */
export class ServiceError extends Error {
  override readonly name: string
  readonly $metadata: { readonly httpStatusCode: number }
  readonly OriginalStatusCode: number | undefined
  readonly OriginalMessage: string | undefined

  constructor(name: string, status: number, facts: ErrorBody) {
    super(facts.Message ?? facts.message ?? `HTTP ${status}`)
    this.name = name
    this.$metadata = { httpStatusCode: status }
    this.OriginalStatusCode = facts.OriginalStatusCode
    this.OriginalMessage = facts.OriginalMessage
  }
}

interface ErrorBody {
  readonly Message?: string
  readonly message?: string
  readonly OriginalStatusCode?: number
  readonly OriginalMessage?: string
  readonly __type?: string
  readonly code?: string
}

/**
 * The error in an answer, if it is one. Its name is in the `x-amzn-errortype` header or in the body,
 * with a namespace before `#` or a URL after `:`.
 *
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
 */
export function serviceErrorOf(answer: RawAnswer): ServiceError | undefined {
  if (answer.status >= 200 && answer.status < 300) return undefined
  const facts = bodyOf(answer)
  const name = answer.headers['x-amzn-errortype'] ?? facts.__type ?? facts.code ?? 'UnknownError'
  const bare = name.split(':', 1)[0]?.split('#').at(-1) ?? name
  return new ServiceError(bare, answer.status, facts)
}

function bodyOf({ body }: RawAnswer): ErrorBody {
  try {
    const parsed: unknown = JSON.parse(body.toString())
    if (typeof parsed === 'object' && parsed !== null) return parsed
  } catch {
    // A load balancer or proxy answers in HTML: its words are all there is.
  }
  return { message: body.toString('utf8', 0, 1_024) }
}
