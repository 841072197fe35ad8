/** A JSON value as a stretch of the text it was read from, so that its digits stay as sent. */
export type JsonNode = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'scalar' }
  | { readonly kind: 'list'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, JsonNode> }
)

export class JsonTextError extends Error {
  override readonly name = 'JsonTextError'
}

const DEPTH_MAX = 32
const SPACE = /\s*/y
// Python's json writes NaN and Infinity, which JSON has not.
const WORD = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|-?NaN|-?Infinity/y

/**
 * Reads one JSON value, Python's bare `NaN` and `Infinity` included.
 *
 * @throws {JsonTextError} naming the character where the text stops being JSON.
 */
export function parseJsonText(text: string, start = 0, end = text.length): JsonNode {
  const node = parseValue(text, start, 0)
  const after = skip(SPACE, text, node.end)
  if (node.end > end || after < end) throw unexpected(text, Math.min(after, end))
  return node
}

function parseValue(text: string, from: number, depth: number): JsonNode {
  if (depth > DEPTH_MAX) throw new JsonTextError(`JSON nested deeper than ${DEPTH_MAX}`)
  const start = skip(SPACE, text, from)
  const char = text[start]
  if (char === '[') return parseList(text, start, depth)
  if (char === '{') return parseObject(text, start, depth)
  const end = char === '"' ? afterString(text, start) : skip(WORD, text, start)
  if (end === start) throw unexpected(text, start)
  return { kind: 'scalar', start, end }
}

function parseList(text: string, start: number, depth: number): JsonNode {
  const items: JsonNode[] = []
  let at = skip(SPACE, text, start + 1)
  if (text[at] === ']') return { kind: 'list', items, start, end: at + 1 }
  for (;;) {
    const item = parseValue(text, at, depth + 1)
    items.push(item)
    at = skip(SPACE, text, item.end)
    if (text[at] === ']') return { kind: 'list', items, start, end: at + 1 }
    if (text[at] !== ',') throw unexpected(text, at)
    at++
  }
}

function parseObject(text: string, start: number, depth: number): JsonNode {
  const entries = new Map<string, JsonNode>()
  let at = skip(SPACE, text, start + 1)
  if (text[at] === '}') return { kind: 'object', entries, start, end: at + 1 }
  for (;;) {
    const keyStart = skip(SPACE, text, at)
    const keyEnd = afterString(text, keyStart)
    if (keyEnd === keyStart) throw unexpected(text, keyStart)
    at = skip(SPACE, text, keyEnd)
    if (text[at] !== ':') throw unexpected(text, at)
    const value = parseValue(text, at + 1, depth + 1)
    entries.set(text.slice(keyStart + 1, keyEnd - 1), value)
    at = skip(SPACE, text, value.end)
    if (text[at] === '}') return { kind: 'object', entries, start, end: at + 1 }
    if (text[at] !== ',') throw unexpected(text, at)
    at++
  }
}

/**
 * Where the string that begins at `start` ends; `start` when there is none. A pattern would keep a place on V8's stack
 * for each escape, or each character, and an image in an answer has millions.
 */
function afterString(text: string, start: number): number {
  if (text[start] !== '"') return start
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text[at - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return at + 1
  }
  return start
}

/** Where what `pattern` matches at `from` ends; `from` when it matches nothing. */
function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.test(text) ? pattern.lastIndex : from
}

const unexpected = (text: string, at: number): JsonTextError =>
  new JsonTextError(
    at >= text.length
      ? `JSON ends too early, after ${text.length} bytes`
      : `not JSON at byte ${at}: ${JSON.stringify(text.slice(at, at + 20))}`,
  )
