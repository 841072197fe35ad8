import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { CliError } from '../cli-error.ts'
import { specIssues } from './spec-issues.ts'
import type { PartialSpec } from './spec-options.ts'

/** No spec that a person writes is longer. */
const SPEC_BYTES_MAX = 1024 * 1024

/**
 * The spec that a command is to work with: the file's, with what was typed in place of what it says.
 * Relative paths in the file are taken from the folder of the command, as shells do.
 *
 * @throws {CliError} when the file cannot be read or is no YAML; with line and column.
 */
export async function readSpec(file: string | undefined, typed: PartialSpec): Promise<PartialSpec> {
  if (file === undefined) return typed
  return merge(withUris(await parseSpec(file)), typed) as PartialSpec
}

async function parseSpec(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') {
      throw new CliError(`${file}: no such file`, { hint: 'millrace init writes one', cause })
    }
    const why =
      cause.code === 'EISDIR'
        ? 'is a folder, wanted a job spec in YAML'
        : `cannot be read (${cause.code ?? cause.message})`
    throw new CliError(`${file}: ${why}`, { cause })
  })
  if (text.length > SPEC_BYTES_MAX) {
    throw new CliError(`${file}: ${text.length} characters, wanted a job spec of a few lines`)
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [problem] = document.errors
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0])
    throw new CliError(`${file}: line ${line}, column ${col}: ${problem.message}`)
  }
  const value = valueOf(document, file)
  if (!isRecord(value)) {
    throw new CliError(`${file}: wanted a mapping with dataset, endpoint and output`)
  }
  const issues = specIssues(withUris(value)).map(
    ({ path, message }) => `${file}: ${placeOf(document, lines, path)}${message}`,
  )
  if (issues.length === 0) return value
  throw new CliError(issues.slice(0, ISSUES_SHOWN).join('\n'))
}

/** @throws {CliError} for an alias of nothing, such as `*.csv` without quotes, and for one that doubles itself over and over. */
function valueOf(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw new CliError(`${file}: ${(cause as Error).message}`, {
      hint: 'a text that begins with * stands in quotes',
      cause,
    })
  }
}

/** Who has made more mistakes than these sees the others next. */
const ISSUES_SHOWN = 5

/** `line 3, column 15: ` of what the path leads to: a key with its value. */
function placeOf(
  { contents }: ReturnType<typeof parseDocument>,
  lines: LineCounter,
  path: readonly PropertyKey[],
): string {
  let node: unknown = contents
  let start: number | undefined
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key)
      if (isScalar(pair?.key)) start = pair.key.range?.[0] ?? start
      node = pair?.value
    } else if (isSeq(node)) {
      node = node.items[Number(key)]
      start = (node as Node | undefined)?.range?.[0] ?? start
    }
  }
  if (start === undefined) return ''
  const { line, col } = lines.linePos(start)
  return `line ${line}, column ${col}: `
}

/** `uri: rows.csv` and `uri: s3://…` are both what a person writes; a spec wants a URI. */
function withUris(spec: Record<string, unknown>): Record<string, unknown> {
  const resolved = { ...spec }
  for (const section of ['dataset', 'output'] as const) {
    const inner = spec[section]
    if (!isRecord(inner) || typeof inner['uri'] !== 'string') continue
    resolved[section] = { ...inner, uri: uriOf(inner['uri']) }
  }
  return resolved
}

/** The URI of what was typed: a URI already, though perhaps none of ours, or a path from the folder of the command. */
export function uriOf(place: string): string {
  if (place === '') {
    throw new CliError('wanted a path or a URI, got nothing', {
      hint: 'where a variable of the shell was to name it, that is not set',
    })
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) return place
  const { href } = pathToFileURL(resolve(place))
  return place.endsWith('/') && !href.endsWith('/') ? `${href}/` : href
}

function merge(under: unknown, over: unknown): unknown {
  if (!isRecord(under) || !isRecord(over)) return over === undefined ? under : over
  const merged: Record<string, unknown> = { ...under }
  for (const [key, value] of Object.entries(over)) {
    merged[key] = WHOLE.has(key) ? (value ?? under[key]) : merge(under[key], value)
  }
  return merged
}

/** Its members exclude each other: `--include` stands in the place of the file's `exclude`. */
const WHOLE = new Set(['features'])

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
