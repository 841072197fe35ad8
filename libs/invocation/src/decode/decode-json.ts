import { asRead } from './as-read.ts'
import { type Choice, choiceInObject, choiceInTable } from './choice.ts'
import type { Decoded, Layout } from './decoded.ts'
import { isNumberText } from './number-lines.ts'
import { type JsonNode, JsonTextError, parseJsonText } from './json-text.ts'
import type { PathStep, ResponseSetting } from './response-setting.ts'
import { valueKeys } from './value-keys.ts'

/** Reads a JSON answer. The text of each value is kept verbatim. */
export function decodeJson(body: Buffer, rows: number, setting: ResponseSetting): Decoded {
  const text = body.toString('latin1')
  return guarded(() => {
    const root = parseJsonText(text)
    if (setting.kind === 'json') {
      return decoded(text, follow(root, setting.path.map(stepAsRead)), rows, 'json')
    }
    if (setting.kind === 'csv') return malformed('a JSON answer has no CSV column')
    const found = rowsOf(root, rows)
    if (found === undefined) return malformed(`no list of ${rows} values in the JSON answer`)
    const { list, path } = found
    const choice =
      path === undefined ? choiceOfColumns(text, root) : choiceInObject(text, list[0], path)
    return withChoice(
      decoded(text, list.map(valueOf), rows, 'json', setting.kind === 'label'),
      choice,
    )
  })
}

/** Reads an answer of one JSON value a line. */
export function decodeJsonLines(body: Buffer, rows: number, setting: ResponseSetting): Decoded {
  const text = body.toString('latin1')
  return guarded(() => {
    const values: JsonNode[] = []
    let at = 0
    for (const line of text.split('\n')) {
      if (line.trim() !== '') values.push(parseJsonText(text, at, at + line.length))
      at += line.length + 1
    }
    if (setting.kind === 'csv') return malformed('a JSON answer has no CSV column')
    const path = setting.kind === 'json' ? setting.path.map(stepAsRead) : undefined
    const found =
      path === undefined ? values.map(valueOf) : values.flatMap((value) => follow(value, path))
    // Who says where it is may mean a text.
    const anyText = path !== undefined || setting.kind === 'label'
    const read = decoded(text, found, rows, 'json_lines', anyText)
    return path === undefined ? withChoice(read, choiceInObject(text, values[0], '')) : read
  })
}

const withChoice = (read: Decoded, choice: Choice | undefined): Decoded =>
  read.kind === 'decoded' && choice !== undefined ? { ...read, choice } : read

function guarded(decode: () => Decoded): Decoded {
  try {
    return decode()
  } catch (error) {
    if (error instanceof JsonTextError) return malformed(error.message)
    throw error
  }
}

function decoded(
  text: string,
  values: readonly (JsonNode | undefined)[],
  rows: number,
  layout: Layout,
  anyText = true,
): Decoded {
  if (values.length !== rows) return malformed(`${values.length} values for ${rows} rows`)
  const texts: string[] = []
  for (const [index, node] of values.entries()) {
    if (node === undefined) return malformed(`value ${index} is missing`)
    if (!anyText && !isNumeric(node, text)) {
      return malformed(
        `value ${index} is no number: ${text.slice(node.start, node.end).slice(0, 40)}`,
      )
    }
    // Raw newlines stand between JSON tokens only: in a string they are escaped.
    texts.push(onOneLine(text.slice(node.start, node.end)))
  }
  return { kind: 'decoded', predictions: Buffer.from(texts.join('\n'), 'latin1'), layout }
}

/** Line by line: a pattern would look at each run of spaces again from its every space. */
const onOneLine = (value: string): string =>
  value.includes('\n')
    ? value
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .join(' ')
    : value

function isNumeric(node: JsonNode, text: string): boolean {
  if (node.kind === 'scalar') return isNumberText(text.slice(node.start, node.end))
  return node.kind === 'list' && node.items.every((item) => isNumeric(item, text))
}

/** The values at a path; `each` spreads a list. */
function follow(node: JsonNode | undefined, path: readonly PathStep[]): (JsonNode | undefined)[] {
  const [step, ...rest] = path
  if (step === undefined || node === undefined) return [node]
  switch (step.kind) {
    case 'each':
      return node.kind === 'list' ? node.items.flatMap((item) => follow(item, rest)) : []
    case 'index':
      return follow(node.kind === 'list' ? node.items[step.index] : undefined, rest)
    case 'key':
      return follow(node.kind === 'object' ? entryOf(node.entries, step.key) : undefined, rest)
  }
  return step satisfies never
}

const stepAsRead = (step: PathStep): PathStep =>
  step.kind === 'key' ? { ...step, key: asRead(step.key) } : step

/** Python's json writes the key `präd` as `pr\u00e4d`; a key is unescaped when no other is the one. */
function entryOf(entries: ReadonlyMap<string, JsonNode>, key: string): JsonNode | undefined {
  const entry = entries.get(key)
  if (entry !== undefined) return entry
  for (const [name, value] of entries) if (unescaped(name) === key) return value
  return undefined
}

function unescaped(key: string): string {
  if (!key.includes('\\')) return key
  try {
    const text: unknown = JSON.parse(`"${Buffer.from(key, 'latin1').toString()}"`)
    return typeof text === 'string' ? asRead(text) : key
  } catch {
    return key // An escape that JSON has not.
  }
}

/** The names under which containers put the list of all rows, the likeliest first. */
const LIST_KEYS = ['predictions', 'probabilities', 'scores', 'projections', 'outputs', 'prediction']

interface Rows {
  readonly list: readonly JsonNode[]
  /** To each of them, as a setting has it; none leads to what is laid out in columns. */
  readonly path?: string
}

function rowsOf(root: JsonNode, rows: number): Rows | undefined {
  if (root.kind === 'list') {
    return root.items.length === rows ? { list: root.items, path: '[]' } : undefined
  }
  if (root.kind !== 'object') return rows === 1 ? { list: [root], path: '' } : undefined
  for (const key of LIST_KEYS) {
    const list = root.entries.get(key)
    if (list?.kind === 'list' && list.items.length === rows) {
      return { list: list.items, path: `${key}[]` }
    }
  }
  const list = lastColumn(root, rows)
  if (list !== undefined) return { list }
  return rows === 1 && valueOf(root) !== root ? { list: [root], path: '' } : undefined
}

/** `{"y":{"0":0,"1":1},"1_proba":{"0":0.1,"1":0.8}}`: pandas writes columns; the last is taken. */
function lastColumn(root: JsonNode, rows: number): readonly JsonNode[] | undefined {
  if (root.kind !== 'object') return undefined
  const columns = [...root.entries.values()]
  const last = columns.at(-1)
  if (last?.kind !== 'object' || last.entries.size !== rows) return undefined
  const values = Array.from({ length: rows }, (_, row) => last.entries.get(String(row)))
  return values.every((value) => value !== undefined) ? values : undefined
}

function choiceOfColumns(text: string, root: JsonNode): Choice | undefined {
  if (root.kind !== 'object') return undefined
  const cells = [...root.entries.values()].map((column) => {
    const first = column.kind === 'object' ? column.entries.get('0') : undefined
    return first === undefined ? '' : text.slice(first.start, first.end)
  })
  const choice = choiceInTable([...root.entries.keys()], cells, cells.length - 1, false)
  return choice && { kind: choice.kind }
}

function valueOf(node: JsonNode): JsonNode {
  if (node.kind !== 'object') return node
  for (const key of valueKeys) {
    const value = node.entries.get(key)
    if (value !== undefined) return value
  }
  return node
}

const malformed = (reason: string): Decoded => ({ kind: 'malformed', reason })
