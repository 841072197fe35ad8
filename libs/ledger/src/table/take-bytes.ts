/*
 * Nearly all of a page of parts is bytes in base64. They are decoded where they stand, and JSON is made of the rest
 * alone: as texts of a parsed page, they would be copied twice and collected as garbage.
 */

/** An answer without its long binary values, each of which has a name in its place. */
export interface TakenBytes {
  readonly json: string
  /** By name. No base64 is one. */
  readonly values: ReadonlyMap<string, Buffer>
  /** What all of them lie in. */
  readonly memory: Buffer | undefined
}

/** Within a JSON string no quote stands alone: this is a binary value wherever it is found. */
const BEFORE = Buffer.from('{"B":"')
const QUOTE = 0x22
const BACKSLASH = '\\'
/** What is shorter is sooner decoded as a text. */
const LENGTH_MIN = 64

export function takeBytes(
  body: Buffer,
  allocate: (bytes: number) => Buffer = Buffer.allocUnsafeSlow,
): TakenBytes {
  const values = new Map<string, Buffer>()
  /** One for all: one for each costs V8 more than to decode them. */
  let memory: Buffer | undefined
  let [json, taken, used] = ['', 0, 0]
  for (let at = body.indexOf(BEFORE); at !== -1; at = body.indexOf(BEFORE, at)) {
    const start = at + BEFORE.length
    at = body.indexOf(QUOTE, start)
    if (at === -1) break
    if (at - start < LENGTH_MIN) continue
    const base64 = body.toString('latin1', start, at)
    if (base64.includes(BACKSLASH)) continue
    memory ??= allocate(Math.ceil((body.length * 3) / 4))
    const end = used + memory.write(base64, used, 'base64')
    const name = `#${values.size}`
    values.set(name, memory.subarray(used, end))
    json += body.toString('utf8', taken, start) + name
    ;[taken, used] = [at, end]
  }
  return { json: json + body.toString('utf8', taken), values, memory }
}
