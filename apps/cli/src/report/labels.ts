import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  chooseColumns,
  createCutter,
  CsvError,
  type CsvErrorCode,
  type Dialect,
  headBytes,
  inspectHead,
  parseFields,
  rowOffsets,
} from '@millrace/csv'
import type { Batch, PinnedDataset, PinnedObject } from '@millrace/job'
import { fileUri, type Storage } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import { datasetOf, type JobReader } from '../reader/job-reader.ts'
import { refuseColumnOf } from './idle-label-options.ts'

/** Gives the labels of batches, which are asked for in row order; one for each row. */
export type LabelsOf = (batch: Batch) => Promise<readonly string[]>

/**
 * Where the labels come from: a CSV file with a row for each row of the dataset, or a column of the
 * dataset itself.
 *
 * @param wanted a path, or when there is no such file the name (or index) of a column.
 * @param column of a file that has several.
 * @param rows of the dataset.
 * @throws {CliError} when it is neither; {CsvError} when the file has no such column.
 */
export async function openLabels(
  reader: JobReader,
  wanted: string,
  column: string | undefined,
  rows: number,
  signal: AbortSignal,
): Promise<LabelsOf> {
  const file = labelFile(wanted)
  if (file !== undefined) return labelsInFile(reader.storage, file, column, rows, signal)
  const { csv, format } = reader.job.spec.dataset
  if (format === 'jsonl') throw new CliError(`${wanted}: there is no such file of labels`)
  const dataset = await datasetOf(reader, signal)
  const { kept } = columnIn(dataset, wanted)
  refuseColumnOf(wanted, column)
  return async (batch) => {
    const bytes = await reader.storage.read(objectOf(dataset, batch), batch.bytes, signal)
    return fieldsOf(bytes, csv, kept[0] ?? 0)
  }
}

/** The file of labels that is wanted, if it is one. A folder is none: a column may be called like one. */
export function labelFile(wanted: string | undefined): string | undefined {
  if (wanted === undefined || !existsSync(wanted) || statSync(wanted).isDirectory())
    return undefined
  return resolve(wanted)
}

function columnIn(dataset: PinnedDataset, wanted: string): ReturnType<typeof chooseColumns> {
  try {
    return chooseColumns(dataset, { include: [columnOf(wanted, dataset)] })
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    const message = `${wanted}: is neither a file nor a column of the dataset`
    const columns = dataset.columns === undefined ? 'it has no header' : cause.hint
    throw new CliError(message, { hint: columns ?? '', cause })
  }
}

/** A number is an index, unless a column has that very name. */
function columnOf(wanted: string, { columns }: { readonly columns?: readonly string[] }) {
  const isIndex = /^\d{1,6}$/.test(wanted) && columns?.includes(wanted) !== true
  return isIndex ? Number(wanted) : wanted
}

function objectOf({ objects }: PinnedDataset, { object }: Batch): PinnedObject {
  const found = objects[object]
  if (found === undefined) throw new CliError(`the dataset has no object ${object}`)
  return found
}

/** The texts of one column; empty in a row that is too short. */
function fieldsOf(bytes: Buffer, dialect: Dialect, column: number): string[] {
  const offsets = rowOffsets(bytes, dialect)
  return Array.from(offsets.subarray(1), (end, row) => {
    const fields = parseFields(bytes.subarray(offsets[row], end), dialect)
    return fields[column] ?? ''
  })
}

/**
 * The labels of a file, a row each; asked for in row order. With the last row none may be left: a header that
 * is taken for a label would hold each row against the label of the row before it.
 *
 * @param rowsInAll of the dataset.
 */
export async function labelsInFile(
  storage: Storage,
  path: string,
  column: string | undefined,
  rowsInAll: number,
  signal: AbortSignal,
): Promise<(batch: Pick<Batch, 'rows'>) => Promise<readonly string[]>> {
  const [file] = await storage.pin(fileUri(path), signal)
  if (file === undefined) throw new CliError(`${path}: is not there`)
  const told: { header?: string } = {}
  const labels = streamLabels(storage, file, path, column, signal, told)
  let first: string | undefined
  let held: string[] = []
  return async ({ rows }) => {
    const wanted = rows.end - rows.start
    while (held.length < wanted) {
      const next = await labels.next()
      if (next.done === true) {
        const found = rows.start + held.length
        throw new CliError(`${path}: has ${found} labels, the dataset has ${rowsInAll} rows`, {
          hint: tooFew(found === rowsInAll - 1 ? told.header : undefined),
        })
      }
      held = held.concat(next.value)
    }
    first ??= held[0]
    const labelsOfBatch = held.slice(0, wanted)
    held = held.slice(wanted)
    if (rows.end === rowsInAll) await refuseMore()
    return labelsOfBatch
  }

  async function refuseMore(): Promise<void> {
    let more = held.length
    for await (const next of labels) more += next.length
    if (more === 0) return
    const counts = `${rowsInAll + more} labels, the dataset has ${rowsInAll} rows`
    const asLabel = `if its first line, ${JSON.stringify(first)}, is a header: a number counts as a label, so name the column by a word, or write none (pandas: header=False)`
    throw new CliError(`${path}: has ${counts}`, more === 1 ? { hint: asLabel } : {})
  }
}

/** @param header of a file that would have a label for each row, were it one. */
function tooFew(header: string | undefined): string {
  const row = 'a row without a label is written as "", since a blank line is no row'
  return header === undefined
    ? row
    : `its first line, ${JSON.stringify(header)}, was taken for a header: if it is a label, write a header above it; and ${row}`
}

const LABELS_AT_ONCE = 10_000
const LABELS_BYTES_AT_ONCE = 16 * 1024 * 1024

async function* streamLabels(
  storage: Storage,
  file: PinnedObject,
  path: string,
  column: string | undefined,
  signal: AbortSignal,
  told: { header?: string },
): AsyncGenerator<string[]> {
  const dialect: Dialect = { delimiter: ',', quote: '"' }
  const end = Math.min(headBytes, file.bytes)
  const bytes = await storage.read(file, { start: 0, end }, signal)
  const head = headOf(bytes, dialect, end === file.bytes, path)
  const chosen = column === undefined ? onlyColumn(head, path) : columnOf(column, head)
  const at = chooseColumns(head, { include: [chosen] }).kept[0] ?? 0
  const name = head.columns?.[at]
  if (head.header && name !== undefined) told.header = name
  const cutter = createCutter({
    dialect,
    header: head.header,
    rowsMax: LABELS_AT_ONCE,
    bytesMax: LABELS_BYTES_AT_ONCE,
  })
  const read = async (cuts: ReturnType<typeof cutter.push>) =>
    await Promise.all(
      cuts.map(async (cut) => fieldsOf(await storage.read(file, cut.bytes, signal), dialect, at)),
    )
  for await (const piece of storage.stream(file, {}, signal)) yield* await read(cutter.push(piece))
  yield* await read(cutter.end())
}

/** What a file of labels begins with; what is wrong with it is no matter of a dataset. */
function headOf(bytes: Buffer, dialect: Dialect, isWhole: boolean, path: string) {
  if (bytes.length === 0) throw new CliError(`${path}: is empty`, { hint: WANTED })
  try {
    return inspectHead(bytes, dialect, 'auto', isWhole)
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    const message = `${path}: ${cause.message.replace(/^read head: /, '')}`
    throw new CliError(message, { hint: HINTS[cause.code] ?? cause.hint ?? WANTED, cause })
  }
}

const WANTED = 'labels are a CSV with a row for each row of the dataset'
const HINTS: Partial<Record<CsvErrorCode, string>> = {
  not_text: `unpack or convert it first: ${WANTED}`,
  bad_dialect: WANTED,
}

function onlyColumn({ width, columns }: ReturnType<typeof inspectHead>, path: string): number {
  if (width <= 1) return 0
  throw new CliError(`${path}: has ${width} columns, wanted one`, {
    hint: `say which with --label-column${columns === undefined ? '' : `: ${columns.slice(0, 20).join(', ')}`}`,
  })
}
