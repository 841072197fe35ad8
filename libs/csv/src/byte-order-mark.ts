/** U+FEFF in UTF-8. */
const MARK = Uint8Array.of(0xef, 0xbb, 0xbf)

/** The length of a UTF-8 byte order mark at the start of the bytes: 3 or 0. */
export function markLength(bytes: Uint8Array): number {
  return MARK.every((byte, index) => bytes[index] === byte) ? MARK.length : 0
}

/** Lets the bytes of an object through but for a byte order mark, whatever way they are split. */
export interface MarkGate {
  /** What of the object so far is to be taken now, in order. */
  pass(chunk: Uint8Array): readonly Uint8Array[]
  /** What was held back, when the object ends within what may have become a mark. */
  end(): readonly Uint8Array[]
  /** Bytes left out: 3 once there was a mark. */
  readonly skipped: number
}

export function createMarkGate(): MarkGate {
  let seen = 0
  let isDecided = false
  let skipped = 0
  return {
    pass(chunk) {
      if (isDecided) return [chunk]
      const before = seen
      let at = 0
      while (seen < MARK.length && at < chunk.length && chunk[at] === MARK[seen]) {
        seen += 1
        at += 1
      }
      if (seen === MARK.length) {
        isDecided = true
        skipped = MARK.length
        return [chunk.subarray(at)]
      }
      if (at === chunk.length) return []
      isDecided = true
      return before > 0 ? [MARK.subarray(0, before), chunk] : [chunk]
    },
    end() {
      if (isDecided) return []
      isDecided = true
      return [MARK.subarray(0, seen)]
    },
    get skipped() {
      return skipped
    },
  }
}
