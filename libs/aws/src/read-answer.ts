import { type AnswerBody, openBody } from './answer-body.ts'
import { type AnswerHead, readHead } from './answer-head.ts'
import { WireError } from './wire-error.ts'

/** An HTTP answer, read to its end. */
export interface RawAnswer {
  readonly status: number
  /** Names in lower case; of a header that comes twice, the first value. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

/** The same, with how long its connection may be kept for another request; 0 is not at all. */
export interface WholeAnswer extends RawAnswer {
  readonly keepMs: number
}

/** Reads the answer to one request out of what a connection brings. */
export interface AnswerReader {
  /**
   * The answer once it is whole. The bytes are copied, since they lie in memory that is used again.
   *
   * @throws {WireError} `EBADMSG` for what is no answer, or more than one.
   */
  push(piece: Buffer): WholeAnswer | undefined
  /** The connection has ended; so has the answer, if nothing else tells its end. */
  end(): WholeAnswer | undefined
}

const HEAD_END = Buffer.from('\r\n\r\n')
const HEAD_BYTES_MAX = 64 * 1024

/** @param memory gives that of a long body whose length is told. */
export function createAnswerReader(
  bytesMax: number,
  memory?: (bytes: number) => Buffer,
): AnswerReader {
  /** The beginning of a head of which the end has not come. */
  let begun: Buffer | undefined
  let head: AnswerHead | undefined
  let body: AnswerBody | undefined

  return {
    push: (piece) => (body === undefined ? pushHead(piece) : whole(body.push(piece))),
    end: () => (body?.endsWithConnection === true ? whole(body.push(NOTHING)) : undefined),
  }

  /** Answers of one line before the answer, such as 100, are passed over. */
  function pushHead(piece: Buffer): WholeAnswer | undefined {
    const bytes = begun === undefined ? piece : Buffer.concat([begun, piece])
    const end = bytes.indexOf(HEAD_END)
    if (end === -1) {
      if (bytes.length > HEAD_BYTES_MAX) throw new WireError('EBADMSG', 'answer without a body')
      begun = Buffer.from(bytes)
      return undefined
    }
    begun = undefined
    const found = readHead(bytes.toString('latin1', 0, end))
    const rest = bytes.subarray(end + HEAD_END.length)
    if (found.status === 101) throw new WireError('EBADMSG', 'answer in another protocol')
    if (found.status < 200) return rest.length === 0 ? undefined : pushHead(rest)
    head = found
    body = openBody(found.framing, bytesMax, memory)
    // With the connection alone ends what is ended by nothing.
    return rest.length === 0 && found.framing !== 0 ? undefined : whole(body.push(rest))
  }

  function whole(bytes: Buffer | undefined): WholeAnswer | undefined {
    if (bytes === undefined || head === undefined) return undefined
    const { status, headers, keepMs } = head
    return { status, headers, body: bytes, keepMs }
  }
}

const NOTHING = Buffer.alloc(0)
