import { isUtf8 } from 'node:buffer'
import { createSurveyor, jsonLines } from '@millrace/csv'

/** A byte that is no UTF-8. */
export interface NotUtf8 {
  /** Of the object, from 0. */
  readonly byte: number
  /** From 1, as an editor counts them. */
  readonly line: number
  readonly value: number
}

/** Looks for the first one in an object whose pieces come in order. */
export interface Utf8Check {
  /** What was found in these bytes, or began in those before; once. */
  push(piece: Uint8Array, position: number): NotUtf8 | undefined
  /** The object has ended: what has only begun is none either. */
  end(): NotUtf8 | undefined
}

export function createUtf8Check(): Utf8Check {
  // To whom quotes mean nothing, as to an editor.
  const lines = createSurveyor(jsonLines, 0)
  let open: Uint8Array = new Uint8Array(0)
  let openAt = 0
  let isOver = false
  const foundIn = (bytes: Uint8Array, at: number): NotUtf8 => {
    isOver = true
    const index = firstBad(bytes)
    lines.push(bytes.subarray(0, index + 1))
    return { byte: at + index, line: lines.begun().lines, value: bytes[index] ?? 0 }
  }
  return {
    push(piece, position) {
      if (isOver) return undefined
      const bytes = open.length === 0 ? piece : Buffer.concat([open, piece])
      const at = position - open.length
      const whole = bytes.subarray(0, bytes.length - openBytes(bytes))
      if (!isUtf8(whole)) return foundIn(bytes, at)
      lines.push(whole)
      // A piece is good until the next one is asked for.
      open = Buffer.from(bytes.subarray(whole.length))
      openAt = at + whole.length
      return undefined
    },
    end: () => (isOver || open.length === 0 ? undefined : foundIn(open, openAt)),
  }
}

/** How many bytes at the end may go on as one character. */
function openBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const length = lengthBy(bytes[bytes.length - back] ?? 0)
    if (length !== undefined) return length > back ? back : 0
  }
  return 0
}

/** Of the character that a byte begins (RFC 3629); nothing for one that begins none. */
function lengthBy(byte: number): number | undefined {
  if (byte < 0x80) return 1
  if (byte >= 0xc2 && byte <= 0xdf) return 2
  if (byte >= 0xe0 && byte <= 0xef) return 3
  return byte >= 0xf0 && byte <= 0xf4 ? 4 : undefined
}

function firstBad(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const length = lengthBy(bytes[at] ?? 0)
    if (length === undefined || at + length > bytes.length) return at
    if (length > 1 && !isUtf8(bytes.subarray(at, at + length))) return at
    at += length
  }
  return at
}
