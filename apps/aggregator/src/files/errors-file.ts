import { StringDecoder } from 'node:string_decoder'
import { guarded } from '@millrace/csv'
import {
  type Batch,
  type ByteRange,
  limits,
  type PinnedDataset,
  type RowFailure,
  sourceOf,
} from '@millrace/job'
import { StorageError, type Storage } from '@millrace/storage'
import type { BatchRows } from '../rows/result-format.ts'
import { createLineCounter } from './count-lines.ts'

/** The failed rows of one batch. */
export interface FailedRows {
  readonly batch: Batch
  readonly failures: readonly RowFailure[]
  /** Which delivery of the batch's message was recorded. */
  readonly attempt: number
  /** The bytes that they lie in; not needed of a row that stands alone, unless it is to be written itself. */
  readonly input: BatchRows['input']
}

export interface Deps {
  /** Bytes `[start, end)` of an object of the dataset, in order, held to the pinned version. */
  stream(object: number, start: number, end: number): AsyncIterable<Uint8Array>
  /** True when an object cannot be read any more: where its rows begin is left empty. */
  isGone(object: number): boolean
}

const HEADER = 'row,object,byte,line,code,message,attempts'

/** Whether failed rows lie there, as a result has them beside it, and not somebody's own file of that name. */
export async function isErrorsFile(
  storage: Pick<Storage, 'pin' | 'read'>,
  uri: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const [object] = await storage.pin(uri, signal)
    if (object === undefined || object.bytes < HEADER.length) return false
    const head = await storage.read(object, { start: 0, end: HEADER.length }, signal)
    return head.equals(Buffer.from(HEADER))
  } catch (error) {
    if (error instanceof StorageError && GONE.has(error.code)) return false
    throw error
  }
}

/** Nothing lies there, or no longer what did; or a folder does. */
const GONE: ReadonlySet<string> = new Set(['object_missing', 'object_changed', 'not_a_file'])

/** The CSV of failed rows: which row, where it begins, what was wrong with it. */
export interface ErrorsFile {
  header(): Buffer
  rows(failed: FailedRows): Promise<Buffer>
}

/**
 * Line numbers cost a reading of the input up to the last failed row, since a row may span lines; so
 * they are counted only in jobs with failures, each byte once. Batches come in row order.
 *
 * Texts that come from outside (the endpoint's words, the row) are guarded against being run as a
 * formula by a spreadsheet: see `guarded`.
 */
export function createErrorsFile(
  deps: Deps,
  dataset: PinnedDataset,
  options: { readonly row: boolean },
): ErrorsFile {
  const lineAt = createLineFinder(deps)
  return {
    header: () => Buffer.from(`${HEADER}${options.row ? ',input' : ''}\n`),
    async rows({ batch, failures, attempt, input }) {
      const object = dataset.objects[batch.object]
      const uri = object === undefined ? '' : sourceOf(object).uri
      const lines: string[] = []
      for (const { row, code, message } of failures) {
        const index = row - batch.rows.start
        const byte = batch.bytes.start + (input?.offsets[index] ?? 0)
        const line = await lineAt(batch.object, byte)
        const place = deps.isGone(batch.object) ? ['', ''] : [byte, line]
        const text =
          options.row && input !== undefined ? [quote(guarded(textOf(input, index)))] : []
        const facts = [row, quote(uri), ...place, quote(code), quote(guarded(message)), attempt]
        lines.push(`${[...facts, ...text].join(',')}\n`)
      }
      return Buffer.from(lines.join(''))
    },
  }
}

/** Each row that fits into a payload is written as a whole. */
const SHOWN_BYTES_MAX = limits.payloadBytesMax

/** What is to be read of a row to write it: what is shown, and whether there is more. */
export const shownOf = ({ start, end }: ByteRange): ByteRange => ({
  start,
  end: Math.min(end, start + SHOWN_BYTES_MAX + 1),
})

/** The text of a row; one that is larger than any payload is cut, and ends with an ellipsis. */
function textOf({ bytes, offsets }: NonNullable<BatchRows['input']>, index: number): string {
  const row = bytes.subarray(offsets[index], offsets[index + 1])
  if (row.length <= SHOWN_BYTES_MAX) return row.subarray(0, lineEnd(row)).toString('utf8')
  // The decoder keeps back a character that is cut in two.
  return `${new StringDecoder('utf8').write(row.subarray(0, SHOWN_BYTES_MAX))}…`
}

/** Where the line ends stand that a row ends with: a pattern would look at each run of them again from its every byte. */
function lineEnd(row: Buffer): number {
  let end = row.length
  while (end > 0 && (row[end - 1] === 0x0a || row[end - 1] === 0x0d)) end -= 1
  return end
}

/** Answers the line, from 1, of a byte that begins a row; bytes are asked for in ascending order. */
function createLineFinder(deps: Deps): (object: number, byte: number) => Promise<number> {
  let counter = createLineCounter()
  let counted = { object: -1, end: 0, lineEnds: 0 }
  return async (object, byte) => {
    if (object !== counted.object) {
      counter = createLineCounter()
      counted = { object, end: 0, lineEnds: 0 }
    }
    let { lineEnds } = counted
    if (byte > counted.end) {
      for await (const piece of deps.stream(object, counted.end, byte)) {
        lineEnds = counter.count(piece)
      }
      counted = { object, end: byte, lineEnds }
    }
    return lineEnds + 1
  }
}

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`
