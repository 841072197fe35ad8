import { WireError } from './wire-error.ts'

/** What an answer says before its body. */
export interface AnswerHead {
  readonly status: number
  /** Names in lower case; of a header that comes twice, the first value. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** How the body ends: after so many bytes, after its last chunk, or with the connection. */
  readonly framing: number | 'chunked' | 'close'
  /** For how long the connection may wait for another request, as the other side says; 0 is not at all. */
  readonly keepMs: number
}

/**
 * Reads status line and headers, without the empty line at their end.
 *
 * https://www.rfc-editor.org/rfc/rfc9112.html#section-6.3 has the rules of framing. Where two of them
 * contradict each other, a proxy may have believed the other one: such an answer is not read.
 *
 * @throws {WireError} `EBADMSG`.
 */
export function readHead(text: string): AnswerHead {
  const lineEnd = text.indexOf('\r\n')
  const first = lineEnd === -1 ? text : text.slice(0, lineEnd)
  if (!STATUS_LINE.test(first)) throw malformed(`no status line: ${JSON.stringify(first)}`)
  const status = Number(first.slice(9, 12))
  const headers = lineEnd === -1 ? {} : readHeaders(text, lineEnd + 2)
  const framing = framingOf(status, headers)
  const keeps = first[7] === '1' && framing !== 'close' && !CLOSE.test(headers['connection'] ?? '')
  return { status, headers, framing, keepMs: keeps ? keepMsOf(headers['keep-alive']) : 0 }
}

const STATUS_LINE = /^HTTP\/1\.[01] [1-9]\d\d(?: |$)/
const CLOSE = /\bclose\b/i
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/

function readHeaders(text: string, from: number): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  for (let at = from; at <= text.length; ) {
    const next = text.indexOf('\r\n', at)
    const end = next === -1 ? text.length : next
    const colon = text.indexOf(':', at)
    const name = colon === -1 || colon > end ? '' : text.slice(at, colon).toLowerCase()
    if (!NAME.test(name)) throw malformed(`no header: ${JSON.stringify(text.slice(at, end))}`)
    const value = text.slice(colon + 1, end).trim()
    if (headers[name] === undefined) headers[name] = value
    else if (FRAMING.has(name) && headers[name] !== value) throw malformed(`${name} comes twice`)
    at = end + 2
  }
  return headers
}

const FRAMING: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding'])

function framingOf(status: number, headers: AnswerHead['headers']): AnswerHead['framing'] {
  const length = headers['content-length']
  const coding = headers['transfer-encoding']
  if (status < 200 || status === 204 || status === 304) return 0
  if (coding !== undefined) {
    if (length !== undefined) throw malformed('content-length beside transfer-encoding')
    if (coding.toLowerCase() !== 'chunked') throw malformed(`transfer-encoding: ${coding}`)
    return 'chunked'
  }
  if (length === undefined) return 'close'
  if (!/^\d{1,15}$/.test(length)) throw malformed(`content-length: ${length}`)
  return Number(length)
}

/** The other side counts from another moment, and may have closed what we still take for open. */
const KEEP_MARGIN_MS = 2_000

function keepMsOf(keepAlive: string | undefined): number {
  const seconds = /\btimeout=(\d{1,9})/i.exec(keepAlive ?? '')?.[1]
  if (seconds === undefined) return Number.POSITIVE_INFINITY
  return Math.max(0, Number(seconds) * 1_000 - KEEP_MARGIN_MS)
}

const malformed = (detail: string): WireError =>
  new WireError('EBADMSG', `no HTTP answer: ${detail.slice(0, 200)}`)
