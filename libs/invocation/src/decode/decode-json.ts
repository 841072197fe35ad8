import { asRead, asSaid } from './as-read.ts'
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
      return decoded(text, follow(root, setting.path.map(stepAsRead), rows), rows, 'json')
    }
    if (setting.kind === 'csv') return malformed('a JSON answer has no CSV column')
    const found = rowsOf(root, rows)
    if (found === undefined) return malformed(`no list of ${rows} values in the JSON answer`)
    const { list, path, beside } = found
    const choice =
      path === undefined
        ? choiceOfColumns(text, root)
        : (choiceOfLists(path, beside) ?? choiceInObject(text, list[0], path))
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
      path === undefined
        ? values.map(valueOf)
        : spread(values, (value) => follow(value, path, rows), rows)
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
    if (error instanceof JsonTextError || error instanceof SpreadError)
      return malformed(error.message)
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
        `value ${index} is no number: ${asSaid(text.slice(node.start, node.end)).slice(0, 40)}`,
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

/** A null is that of one row, which fails for it alone: were it no answer, the rows beside it would be asked for again. */
function isNumeric(node: JsonNode, text: string): boolean {
  if (node.kind === 'scalar') {
    const value = text.slice(node.start, node.end)
    return value === 'null' || isNumberText(value)
  }
  return node.kind === 'list' && node.items.every((item) => isNumeric(item, text))
}

/**
 * The values at a path; `each` spreads a list.
 *
 * @throws {SpreadError} where a list of all rows leads to none or several values for one of them.
 */
function follow(
  node: JsonNode | undefined,
  path: readonly PathStep[],
  rows: number,
): (JsonNode | undefined)[] {
  const [step, ...rest] = path
  if (step === undefined || node === undefined) return [node]
  switch (step.kind) {
    case 'each':
      return node.kind === 'list'
        ? spread(node.items, (item) => follow(item, rest, rows), rows)
        : []
    case 'index':
      return follow(node.kind === 'list' ? node.items[step.index] : undefined, rest, rows)
    case 'key':
      return follow(
        node.kind === 'object' ? entryOf(node.entries, step.key) : undefined,
        rest,
        rows,
      )
  }
  return step satisfies never
}

class SpreadError extends Error {}

/**
 * The values of all items. Of items of which each is a row each has one value: two of the one and none of the other
 * would be as many as there are rows, and belong to others.
 */
function spread(
  items: readonly JsonNode[],
  valuesOf: (item: JsonNode) => (JsonNode | undefined)[],
  rows: number,
): (JsonNode | undefined)[] {
  const values = items.map(valuesOf)
  const odd = items.length === rows ? values.findIndex(({ length }) => length !== 1) : -1
  if (odd === -1) return values.flat()
  throw new SpreadError(`${values[odd]?.length} values for row ${odd} of the answer, wanted one`)
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
  /** To what another list has for each row. */
  readonly beside?: string | undefined
}

function rowsOf(root: JsonNode, rows: number): Rows | undefined {
  if (root.kind === 'list') {
    return root.items.length === rows ? { list: root.items, path: '[]' } : undefined
  }
  if (root.kind !== 'object') return rows === 1 ? { list: [root], path: '' } : undefined
  const lists = LIST_KEYS.flatMap((key) => {
    const list = root.entries.get(key)
    return list?.kind === 'list' && list.items.length === rows
      ? [{ list: list.items, path: `${key}[]` }]
      : []
  })
  const [first, second] = lists
  if (first !== undefined) return { ...first, beside: second?.path }
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

/** `{"predictions":[0,1],"probabilities":[0.1,0.8]}`: the one may be the labels of the other. */
const choiceOfLists = (taken: string, beside: string | undefined): Choice | undefined =>
  beside === undefined
    ? undefined
    : { kind: 'label', number: `json:${beside}`, label: `json:${taken}` }

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
