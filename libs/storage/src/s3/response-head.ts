/** Status and headers of an HTTP/1.1 response. */
export interface ResponseHead {
  readonly status: number
  /** By lower-case name; of a repeated header the last. */
  readonly headers: ReadonlyMap<string, string>
  /** Length of the head with the blank line that ends it: the body begins there. */
  readonly bytes: number
}

const END = '\r\n\r\n'

/** Undefined while the head is incomplete; throws a plain error when it is not HTTP/1.x. */
export function parseResponseHead(bytes: Buffer): ResponseHead | undefined {
  const end = bytes.indexOf(END)
  if (end < 0) return undefined
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)( |$)/.exec(first)?.[1]
  if (status === undefined) throw new Error(`not an HTTP/1.1 response: ${first.slice(0, 100)}`)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  return { status: Number(status), headers, bytes: end + END.length }
}

/** The body's length, or undefined when it is chunked or ends with the connection. */
export function bodyLengthOf({ headers }: ResponseHead): number | undefined {
  const length = headers.get('content-length')
  if (headers.has('transfer-encoding') || length === undefined) return undefined
  return /^\d{1,15}$/.test(length) ? Number(length) : undefined
}
