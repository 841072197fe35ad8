import { WireError } from './wire-error.ts'

/** Takes the bytes of one body, which lie in memory that is used again, until it is whole. */
export interface AnswerBody {
  /**
   * The body once its last byte is there.
   *
   * @throws {WireError} `EBADMSG` for what does not fit, such as bytes after its end.
   */
  push(piece: Buffer): Buffer | undefined
  /** True when the body ends with the connection. */
  readonly endsWithConnection: boolean
}

/** @param memory gives that of a long body whose length is told. */
export function openBody(
  framing: number | 'chunked' | 'close',
  bytesMax: number,
  memory: (bytes: number) => Buffer = Buffer.allocUnsafe,
): AnswerBody {
  if (framing === 'chunked') return chunkedBody(bytesMax)
  return framing === 'close' ? endlessBody(bytesMax) : lengthBody(framing, bytesMax, memory)
}

/** More than mostly comes at once. */
const LONG_BYTES = 64 * 1024

function lengthBody(
  length: number,
  bytesMax: number,
  memory: (bytes: number) => Buffer,
): AnswerBody {
  if (length > bytesMax) throw tooLarge(bytesMax)
  let body: Buffer | undefined
  let bytes = 0
  return {
    endsWithConnection: false,
    push(piece) {
      if (bytes + piece.length > length) throw beyondEnd()
      if (piece.length === length) return Buffer.from(piece)
      body ??= length > LONG_BYTES ? memory(length) : Buffer.allocUnsafe(length)
      bytes += piece.copy(body, bytes)
      return bytes === length ? body : undefined
    },
  }
}

function endlessBody(bytesMax: number): AnswerBody {
  const pieces = gathered(bytesMax)
  return {
    endsWithConnection: true,
    push(piece) {
      pieces.add(piece)
      return piece.length === 0 ? pieces.joined() : undefined
    },
  }
}

/** A line of a chunk's size, with extensions that nobody sends. */
const LINE_BYTES_MAX = 8 * 1024
const LF = 10

/**
 *     size ──▶ data ──▶ its line end ──▶ size …      the size 0 ──▶ trailers ──▶ an empty line
 *
 * https://www.rfc-editor.org/rfc/rfc9112.html#section-7.1
 */
function chunkedBody(bytesMax: number): AnswerBody {
  const pieces = gathered(bytesMax)
  let expects: 'size' | 'data' | 'line_end' | 'trailer' = 'size'
  let left = 0
  let line = ''
  return {
    endsWithConnection: false,
    push(piece) {
      for (let at = 0; at < piece.length; ) {
        if (expects === 'data') {
          const taken = piece.subarray(at, at + left)
          pieces.add(taken)
          at += taken.length
          left -= taken.length
          if (left === 0) expects = 'line_end'
          continue
        }
        const lineFeed = piece.indexOf(LF, at)
        const end = lineFeed === -1 ? piece.length : lineFeed + 1
        line += piece.toString('latin1', at, end)
        if (line.length > LINE_BYTES_MAX) throw malformed('a line of a chunk is too long')
        at = end
        if (lineFeed === -1) return undefined
        if (!takeLine()) continue
        if (at < piece.length) throw beyondEnd()
        return pieces.joined()
      }
      return undefined
    },
  }

  /** True when that was the last one. */
  function takeLine(): boolean {
    if (!line.endsWith('\r\n')) throw malformed('a line of a chunk ends without CR')
    const text = line.slice(0, -2)
    line = ''
    if (expects === 'trailer') return text === ''
    if (expects === 'line_end') {
      if (text !== '') throw malformed('a chunk is longer than it says')
      expects = 'size'
    } else {
      const size = /^([\da-f]{1,8})(?:[\t ]*;.*)?$/i.exec(text)?.[1]
      if (size === undefined) throw malformed(`a chunk’s size: ${JSON.stringify(text)}`)
      left = Number.parseInt(size, 16)
      expects = left === 0 ? 'trailer' : 'data'
    }
    return false
  }
}

/**
 * Copies pieces into one buffer that doubles: of its own each would take a hundred bytes, were it one byte long.
 * `add` throws `EBADMSG` beyond `bytesMax`.
 */
export function gathered(bytesMax: number) {
  let room = Buffer.alloc(0)
  let bytes = 0
  return {
    add(piece: Buffer): void {
      const end = bytes + piece.length
      if (end > bytesMax) throw tooLarge(bytesMax)
      if (end > room.length) {
        const larger = Buffer.allocUnsafe(Math.max(end, Math.min(2 * room.length, bytesMax)))
        room.copy(larger, 0, 0, bytes)
        room = larger
      }
      piece.copy(room, bytes)
      bytes = end
    },
    joined: (): Buffer => room.subarray(0, bytes),
  }
}

const tooLarge = (bytesMax: number): WireError =>
  new WireError('EBADMSG', `answer over ${bytesMax} bytes`)

const beyondEnd = (): WireError => malformed('more came than its body')

const malformed = (detail: string): WireError =>
  new WireError('EBADMSG', `no HTTP answer: ${detail.slice(0, 200)}`)
