const NUMBER = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?)$/i

/** True for what Python, Java and JavaScript write for a float: `4.9e-05`, `1`, `nan`, `-inf`. */
export const isNumberText = (text: string): boolean => NUMBER.test(text)

/**
 * Counts the lines of a body that holds one plain number a line, up to `end`, where the last line
 * ends. Gives -1 when any line is something else. One pass, nothing allocated.
 */
export function scanNumberLines(body: Buffer, end: number): number {
  const words = new DataView(body.buffer, body.byteOffset, end)
  let at = 0
  let lines = 0
  while (at < end) {
    at = afterNumber(body, words, at, end)
    if (at === -1) return -1
    lines++
    if (at === end) return lines
    if (body[at] !== 0x0a) return -1
    at++
  }
  return -1
}

/** Where the number that begins at `at` ends; -1 when there is none. */
function afterNumber(body: Buffer, words: DataView, at: number, end: number): number {
  let next = at
  if (body[next] === 0x2d) next++
  const whole = afterDigits(body, next, end)
  if (whole === next) return -1
  next = whole
  if (next < end && body[next] === 0x2e) {
    const fraction = afterManyDigits(body, words, next + 1, end)
    if (fraction === next + 1) return -1
    next = fraction
  }
  // biome-ignore: 0x20 makes E of e.
  if (next < end && ((body[next] ?? 0) | 0x20) === 0x65) {
    next++
    if (body[next] === 0x2d || body[next] === 0x2b) next++
    const exponent = afterDigits(body, next, end)
    if (exponent === next) return -1
    next = exponent
  }
  return next
}

/**
 * Steps over digits, four at a time: a fraction has up to seventeen. Four bytes are digits when each
 * has 3 above, and still has it after 6 is added, which takes `:` and what follows it to 4. Of the bytes
 * that are none, the lowest is where the digits end: nothing is carried out of a digit.
 */
function afterManyDigits(body: Buffer, words: DataView, at: number, end: number): number {
  let next = at
  while (next + 4 <= end) {
    const four = words.getInt32(next, true)
    const carried = (four + 0x06060606) & 0xf0f0f0f0
    const others = ((four & 0xf0f0f0f0) | (carried >>> 4)) ^ 0x33333333
    if (others !== 0) return next + (lowestBit(others) >>> 3)
    next += 4
  }
  return afterDigits(body, next, end)
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits)

function afterDigits(body: Buffer, at: number, end: number): number {
  let next = at
  while (next < end && ((body[next] ?? 0) ^ 0x30) < 10) next++
  return next
}
