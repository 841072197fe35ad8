import { OTHER_DELIMITERS } from '@millrace/job'
import { InvocationError } from '../invoke/invocation-error.ts'
import { explainUninvoked, unended } from './explain-uninvoked.ts'
import type { Ask, PreflightInput } from './preflight-input.ts'
import { rowTexts } from './row-texts.ts'

/** Why the endpoint refused a job's first rows, in a sentence. */
export type Explanation =
  | { readonly kind: 'wrong'; readonly problem: string }
  /** No more is known than that it did: a row among them may be at fault. */
  | { readonly kind: 'unexplained'; readonly problem: string; readonly isOfRows: boolean }

export async function explainRefusal(
  ask: Ask,
  input: PreflightInput,
  error: InvocationError,
): Promise<Explanation> {
  const { name, contentType } = input.endpoint
  const wrong = (problem: string): Explanation => ({ kind: 'wrong', problem })
  const unanswerable = explainAccept(input, error)
  // A model that fails may quote the type of what a row had in it: the rows are tried one by one before that is believed.
  if (unanswerable !== undefined) {
    return error.code === 'model_failed'
      ? { kind: 'unexplained', problem: unanswerable, isOfRows: false }
      : wrong(unanswerable)
  }
  const uninvoked = explainUninvoked(error, input.region)
  if (uninvoked !== undefined) return wrong(uninvoked)
  switch (error.code) {
    case 'rows_rejected':
      return await explainRows(ask, input, error)
    case 'payload_too_large':
      return wrong(
        input.rows === 1
          ? `The first row of ${input.body.length} bytes is too large for ${name}: leave columns out by dataset.features.`
          : `The first ${input.rows} rows of ${input.body.length} bytes are too large for ${name}: lower batching.rows.`,
      )
    default: {
      const problem = `${name} did not answer ${contentType} (${error.code}): ${unended(error.words)}.`
      return error.code === 'model_failed' ? unexplained(problem) : wrong(problem)
    }
  }
}

const unexplained = (problem: string): Explanation => ({
  kind: 'unexplained',
  problem,
  isOfRows: true,
})

/**
 * XGBoost's container says 406 of an `Accept` that it has no answer in. Others say 400 or 500, and of either type that
 * it is the content type: where the words name the one that is asked for and not the one that is sent, it is that.
 */
function explainAccept({ endpoint }: PreflightInput, error: InvocationError): string | undefined {
  if (error.code !== 'rows_rejected' && error.code !== 'model_failed') return undefined
  const { name, contentType, accept } = endpoint
  const [sent, asked] = [plainType(contentType), plainType(accept)]
  const named = typesIn(error)
  const says = `its container says: ${unended(error.words)}`
  const isOfAnswer =
    /container answered 406/.test(error.message) ||
    (/\baccept (?:types?|header)\b/i.test(error.words) && [...named].some(isUsual)) ||
    (isOfType(error) && named.has(asked) && !named.has(sent))
  if (isOfAnswer) return `${name} does not answer in ${accept}: set endpoint.accept; ${says}.`
  // One type for both, and the words do not tell which of them they are about.
  return isOfType(error) && named.has(asked) && asked === sent
    ? `${name} does not take ${contentType}, or does not answer in it: check endpoint.contentType and endpoint.accept; ${says}.`
    : undefined
}

const typesIn = ({ words }: InvocationError): ReadonlySet<string> =>
  new Set(words.toLowerCase().match(MEDIA_TYPES))

const namesType = (error: InvocationError, type: string): boolean =>
  typesIn(error).has(plainType(type))

const MEDIA_TYPES = /[\w+*-]+\/[\w+*-]+(?:\.[\w+-]+)*/g

/** A path and `and/or` look alike to a media type. */
const isUsual = (type: string): boolean => /^(?:application|text)\/|^\*\/\*$/.test(type)

/** Without what follows it, such as a character set. */
const plainType = (type: string): string => (type.split(';', 1)[0] ?? '').trim().toLowerCase()

/** By the container's status or its words; a 415 in these may be a number of the data. */
const isOfType = (error: InvocationError): boolean =>
  (/container answered 415/.test(error.message) ||
    /content.?type|unsupported media/i.test(error.words)) &&
  !isText(error)

async function explainRows(
  ask: Ask,
  input: PreflightInput,
  error: InvocationError,
): Promise<Explanation> {
  const { endpoint, rows, delimiter = ',' } = input
  const [first = '', second = ''] = rowTexts(input)
  const says = `its container says: ${unended(error.words)}`
  const wrong = (problem: string): Explanation => ({
    kind: 'wrong',
    problem: `${problem}; ${says}.`,
  })
  if (isOfType(error)) {
    const problem = `${endpoint.name} does not take ${endpoint.contentType}: check endpoint.contentType`
    // Many a container says 415 of a bad row, and names no type then: where others are taken alone, it was that.
    return namesType(error, endpoint.contentType)
      ? wrong(problem)
      : { kind: 'unexplained', problem: `${problem}; ${says}.`, isOfRows: false }
  }
  const isCsv = endpoint.contentType.startsWith('text/csv')
  if (
    isCsv &&
    rows > 1 &&
    input.hasHeader !== true &&
    looksLikeHeader(first, second, delimiter) &&
    (await answersRest(ask, input))
  ) {
    return wrong(
      'The first row looks like a header and was sent as data: set dataset.csv.header to present',
    )
  }
  // Whoever has set one has done what could be advised: then a bad row is to be found, not a delimiter.
  const other = isCsv && delimiter === ',' ? likelyDelimiter(first, second) : undefined
  if (other !== undefined) {
    // No proof: a column of texts may have it in each of them.
    return unexplained(
      `The rows seem to be delimited by ${JSON.stringify(other)}, not by a comma: set dataset.csv.delimiter; ${says}.`,
    )
  }
  if (isCsv && !((await ask(narrowerRows(input))) instanceof InvocationError)) {
    // No proof: it takes fewer columns without a word, and what is cut off may be a bad row's fault.
    return unexplained(
      `The rows have more columns than the model of ${endpoint.name} takes: check dataset.features; ${says}.`,
    )
  }
  return unexplained(
    `${endpoint.name} refuses ${rows === 1 ? 'the first row' : `the first ${rows} rows, each of them`}: check the columns and endpoint.contentType; ${says}.`,
  )
}

/** A 415 whose words are about the data: XGBoost's container says so of text among the numbers. */
const isText = ({ words }: InvocationError): boolean => /could not convert|loading csv/i.test(words)

/** Names where there are numbers below, in half of the columns at least: in fewer it is a bad row. */
const looksLikeHeader = (first: string, second: string, delimiter: string): boolean => {
  const fields = first.split(delimiter)
  const named = fields.filter((field) => Number.isNaN(Number(unquoted(field))))
  const alsoBelow = second.split(delimiter).filter((field) => Number.isNaN(Number(unquoted(field))))
  return named.length > alsoBelow.length && named.length * 2 >= fields.length
}

const unquoted = (field: string): string => field.replaceAll('"', '')

async function answersRest(ask: Ask, { body, rowOffsets }: PreflightInput): Promise<boolean> {
  return !((await ask(body.subarray(rowOffsets()[1]))) instanceof InvocationError)
}

/** What parts the first row, and the second into as many fields. What is in quotes parts none. */
function likelyDelimiter(first: string, second: string): string | undefined {
  const [plain = '', below = ''] = [first, second].map((row) => row.replaceAll(QUOTED, ''))
  if (plain.includes(',')) return undefined
  return OTHER_DELIMITERS.find(
    (char) => plain.includes(char) && plain.split(char).length === below.split(char).length,
  )
}

const QUOTED = /"[^"]*"/g

/** The rows with further columns of zeros. */
export function widerRows(input: PreflightInput, columns: number): Buffer {
  const more = `${input.delimiter ?? ','}0`.repeat(columns)
  return mapRows(input, (row) => row + more)
}

/** The rows without their last column. */
export function narrowerRows(input: PreflightInput): Buffer {
  const { delimiter = ',' } = input
  // A delimiter in quotes parts no columns.
  const part = `\\x${delimiter.charCodeAt(0).toString(16).padStart(2, '0')}`
  const last = new RegExp(`(?:^|${part})(?:"[^"]*(?:""[^"]*)*"|[^"${part}]*)$`)
  return mapRows(input, (row) => row.replace(last, ''))
}

const mapRows = (input: PreflightInput, map: (row: string) => string): Buffer =>
  Buffer.from(`${rowTexts(input).map(map).join('\n')}\n`)
