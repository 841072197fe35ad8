const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
/** So many digits are below 2^53, and with at most as many decimals one division rounds right. */
const DIGITS_EXACT = 15
const POWERS_OF_TEN = Float64Array.from({ length: DIGITS_EXACT + 1 }, (_, n) => Number(`1e${n}`))

/**
 * The number in bytes `[start, end)` as Python's `float` reads it, or undefined when it is none. The
 * empty field is `nan`: the container says so before `float` sees it.
 */
export function parseFloatBytes(bytes: Buffer, start: number, end: number): number | undefined {
  const negative = bytes[start] === MINUS
  let at = negative ? start + 1 : start
  if (at === end || end - at > DIGITS_EXACT + 1) return parseFloatText(bytes, start, end)
  let digits = 0
  let point = -1
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte >= ZERO && byte <= ZERO + 9) digits = digits * 10 + (byte - ZERO)
    else if (byte === POINT && point === -1) point = at
    else return parseFloatText(bytes, start, end)
  }
  if (point === -1) {
    if (end - start > DIGITS_EXACT) return parseFloatText(bytes, start, end)
    return negative ? -digits : digits
  }
  if (end - start === (negative ? 2 : 1)) return undefined
  const value = digits / POWERS_OF_TEN[end - point - 1]!
  return negative ? -value : value
}

/**
 * Python's grammar: spaces around, one underscore between digits, `inf`, `nan`, exponents; no hex. There is one
 * way only to read any digit: with two, a field of 80 KB took minutes.
 */
const DECIMAL =
  /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i
const INFINITE = /^([+-]?)inf(inity)?$/i
const NAN = /^[+-]?nan$/i

function parseFloatText(bytes: Buffer, start: number, end: number): number | undefined {
  if (start === end) return Number.NaN
  let [from, to] = [start, end]
  while (from < to && isSpace(bytes[from])) from += 1
  while (from < to && isSpace(bytes[to - 1])) to -= 1
  const text = bytes.toString('utf8', from, to)
  if (DECIMAL.test(text)) return Number(text.replaceAll('_', ''))
  if (NAN.test(text)) return Number.NaN
  const infinite = INFINITE.exec(text)
  if (infinite === null) return undefined
  return infinite[1] === '-' ? -Infinity : Infinity
}

/** Without the byte order mark, which `trim` takes for a space and Python does not. */
const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || (byte !== undefined && byte >= 0x0b && byte <= 0x0d)

/** A field as Python's `repr` shows it in a message; characters one cannot see are escaped. */
export function reprOf(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end)
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replaceAll(/[\\\p{C}\p{Zl}\p{Zp}']/gu, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : "'"
    const named = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character]
    const code = character.codePointAt(0)!.toString(16)
    if (named !== undefined) return named
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`
  })
  return `${quote}${escaped}${quote}`
}
