import { isUtf8 } from 'node:buffer'
import { parseFloatBytes, reprOf } from './parse-float.ts'
import { sniffDelimiter } from './sniff-delimiter.ts'

/** What the container makes of a payload: rows for the model, or a refusal of the whole. */
export type Payload =
  | { readonly kind: 'rows'; readonly rows: number; readonly matrix: Float32Array }
  | Refused

export interface Refused {
  readonly kind: 'refused'
  readonly status: number
  readonly message: string
}

/**
 * Reads a CSV payload as the XGBoost container does: lines at `\n`, fields at one sniffed delimiter,
 * no quotes. An empty field and `nan` are missing, and so are the columns that a row has too few of:
 * the answer is 200 and means nothing. Whatever is no number refuses the payload with 415, and
 * columns too many with 400.
 *
 * Source: aws/sagemaker-xgboost-container, algorithm_mode/serve_utils.py `parse_content_data` and
 * encoder.py `csv_to_dmatrix`; the words are numpy's and XGBoost's.
 */
export function readCsv(payload: Buffer, features: number): Payload {
  const { start, end } = strip(payload)
  const bytes = payload.subarray(start, end)
  if (!isUtf8(bytes)) return refused('UnicodeDecodeError', "'utf-8' codec can't decode the payload")
  const lineEnd = bytes.indexOf(NEWLINE)
  const firstLine = bytes.toString('utf8', 0, Math.min(lineEnd === -1 ? Infinity : lineEnd, 4_096))
  const delimiter = sniffDelimiter(firstLine)
  if (delimiter === undefined) return refused('_csv.Error', 'Could not determine delimiter')
  return readFields(bytes, delimiter.charCodeAt(0), features)
}

const NEWLINE = 0x0a

/** Python's `bytes.strip()`, which is why a trailing newline or CRLF is harmless. */
function strip(payload: Buffer): { start: number; end: number } {
  const isSpace = (byte: number | undefined) => byte === 0x20 || (byte! >= 0x09 && byte! <= 0x0d)
  let [start, end] = [0, payload.length]
  while (start < end && isSpace(payload[start])) start++
  while (end > start && isSpace(payload[end - 1])) end--
  return { start, end }
}

function readFields(bytes: Buffer, delimiter: number, features: number): Payload {
  const rows = count(bytes, NEWLINE, 0, bytes.length) + 1
  const firstEnd = bytes.indexOf(NEWLINE)
  const width = count(bytes, delimiter, 0, firstEnd === -1 ? bytes.length : firstEnd) + 1
  const matrix = new Float32Array(rows * features)
  if (width < features) matrix.fill(Number.NaN)
  let [row, column, start] = [0, 0, 0]
  let text: string | undefined
  let infinite = false
  for (let at = 0; at <= bytes.length; at++) {
    const byte = at === bytes.length ? NEWLINE : bytes[at]!
    if (byte !== delimiter && byte !== NEWLINE) continue
    const value = parseFloatBytes(bytes, start, at)
    if (value === undefined) text ??= reprOf(bytes, start, at)
    else if (column < features) infinite ||= !setFinite(matrix, row * features + column, value)
    start = at + 1
    column++
    if (byte === delimiter) continue
    // numpy makes an array of all fields before it reads one of them as a number.
    if (column !== width) return refused('ValueError', inhomogeneous(rows))
    row++
    column = 0
  }
  if (text !== undefined) return refused('ValueError', `could not convert string to float: ${text}`)
  if (infinite) return refused('xgboost.core.XGBoostError', INFINITE)
  if (width > features) return { kind: 'refused', status: 400, message: tooWide(features, width) }
  return { kind: 'rows', rows, matrix }
}

/** False when the value is infinite or becomes so in float32, which XGBoost refuses. */
function setFinite(matrix: Float32Array, index: number, value: number): boolean {
  matrix[index] = value
  return Number.isNaN(value) || Number.isFinite(matrix[index])
}

function count(bytes: Buffer, wanted: number, start: number, end: number): number {
  let found = 0
  for (let at = start; at < end; at++) if (bytes[at] === wanted) found++
  return found
}

/** As the container words a payload that it cannot read. */
export function refused(type: string, reason: string, format = 'csv'): Refused {
  const message =
    `Loading ${format} data failed with Exception, please ensure data is in ${format} format:\n` +
    ` <class '${type}'>\n ${reason}`
  return { kind: 'refused', status: 415, message }
}

const inhomogeneous = (rows: number): string =>
  'setting an array element with a sequence. The requested array has an inhomogeneous shape after ' +
  `1 dimensions. The detected shape was (${rows},) + inhomogeneous part.`

const INFINITE =
  'Check failed: valid: Input data contains `inf` or a value too large, while `missing` is not set ' +
  'to `inf`'

const tooWide = (features: number, width: number): string =>
  'Unable to evaluate payload provided: Check failed: learner_model_param_.num_feature >= ' +
  `p_fmat->Info().num_col_ (${features} vs. ${width}) : Number of columns does not match number of ` +
  'features in booster.'
