import { open, readFile } from 'node:fs/promises'
import { parseFields, rowOffsets, unguarded } from '@millrace/csv'
import { printable, type ResultNames, resultManifestSchema } from '@millrace/job'
import { nearUri } from '../show/near-path.ts'
import { oneLine } from '../show/one-line.ts'

/** Why rows of a result have failed: one code, how many rows, and the first of them that is told of. */
export interface FailureReason {
  readonly code: string
  readonly rows: number
  /** Nothing when none of the first rows of the errors file has the code. */
  readonly example?: FailedRow | undefined
}

interface FailedRow {
  readonly row: string
  /** Of several; nothing where there is but one. */
  readonly object?: string
  /** Empty when the object that it lies in is gone. */
  readonly line: string
  readonly message: string
}

/**
 * What the files beside a result tell of its failed rows, the most frequent code first. Nothing where they
 * cannot be read: whoever is told less still has the name of the errors file.
 */
export async function whyFailed({
  manifest,
  errors,
}: Pick<ResultNames, 'manifest' | 'errors'>): Promise<FailureReason[]> {
  try {
    const { rows: found, dataset } = manifestSchema.parse(
      JSON.parse(await readFile(manifest, 'utf8')),
    )
    const examples = examplesIn(await startOf(errors), dataset.objects.length > 1)
    return Object.entries(found.failedByCode)
      .map(([code, rows]) => ({ code, rows, example: examples.get(code) }))
      .toSorted((a, b) => b.rows - a.rows)
  } catch {
    return []
  }
}

const manifestSchema = resultManifestSchema.pick({ rows: true, dataset: true })

/** One line for each of the most frequent codes. */
export function reasonLines(reasons: readonly FailureReason[]): string[] {
  const lines = reasons.slice(0, SHOWN_MAX).map(({ code, rows, example }) => {
    return `${count.format(rows)} ${code}${example === undefined ? '' : `, as ${rowText(example)}`}`
  })
  const others = reasons.length - lines.length
  return others > 0 ? [...lines, `and ${others} other ${others === 1 ? 'code' : 'codes'}`] : lines
}

const rowText = ({ row, object, line, message }: FailedRow): string =>
  `row ${row}${placeText(object, line)}: ${message}`

function placeText(object: string | undefined, line: string): string {
  if (line === '') return object === undefined ? '' : ` (in ${object})`
  return object === undefined ? ` (line ${line})` : ` (line ${line} of ${object})`
}

const SHOWN_MAX = 3
const count = new Intl.NumberFormat('en-US')

/** Of a million failed rows the first few tell enough. */
const READ_BYTES_MAX = 256 * 1024

async function startOf(path: string): Promise<Uint8Array> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(READ_BYTES_MAX), 0, READ_BYTES_MAX, 0)
  return buffer.subarray(0, bytesRead)
}

const DIALECT = { delimiter: ',', quote: '"' }
const MESSAGE_CHARS_MAX = 200

/** The first row of each code, and which of several objects it lies in. */
function examplesIn(lines: Uint8Array, isOfSeveral: boolean): Map<string, FailedRow> {
  const found = new Map<string, FailedRow>()
  const offsets = rowOffsets(lines, DIALECT)
  // The first line names the columns; the last one is cut where the file goes on.
  const end = lines.length < READ_BYTES_MAX ? offsets.length - 1 : offsets.length - 2
  for (let at = 1; at < end; at += 1) {
    const fields = parseFields(lines.subarray(offsets[at], offsets[at + 1]), DIALECT)
    const [row = '', uri = '', , line = '', code = '', message = ''] = fields
    if (found.has(code)) continue
    const object = isOfSeveral ? { object: printable(nearUri(uri)) } : {}
    found.set(code, {
      ...{ row, ...object, line },
      message: oneLine(unguarded(message), MESSAGE_CHARS_MAX),
    })
  }
  return found
}
