import {
  chooseColumns,
  type ColumnChoice,
  createCutter,
  CsvError,
  type Dialect,
  headBytes,
  inspectHead,
  malformedLines,
  oddRows,
  rowOffsets,
  selectColumns,
} from '@millrace/csv'
import {
  dialectOf,
  type Job,
  type PinnedDataset,
  type PinnedObject,
  type Preflight,
} from '@millrace/job'
import { PlanningError } from './planning-error.ts'
import { textColumnsAdvice } from './text-columns.ts'

/** The first rows of a job, as the endpoint will see them. */
export interface ProbeRows {
  readonly body: Uint8Array
  readonly rows: number
  /** Where each row begins in `body`, and its end. */
  rowOffsets(): Uint32Array
  /** Of a row as it lies in the dataset, on average. */
  readonly inputRowBytes: number
  /** What of it stands in the result. */
  readonly joinedRowBytes: number
}

export type ProbeReport =
  /** Of the rows, some may have been refused, but not all. */
  | { readonly kind: 'ready'; readonly preflight: Preflight }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] } // A sentence each.

export interface Deps {
  read(
    object: PinnedObject,
    range: { start: number; end: number },
    signal: AbortSignal,
  ): Promise<Buffer>
  /** Invokes the endpoint with the rows, and says what makes the job hopeless. */
  preflight(job: Job, rows: ProbeRows, signal: AbortSignal): Promise<ProbeReport>
}

/** Enough to tell rows from one multi-class row, and cheap. */
const PROBE_ROWS = 20

/**
 * Invokes the endpoint with the first rows of the dataset, before a million of them are published: a
 * header sent as data, a wrong delimiter, a missing endpoint or permission is told here. Nothing is
 * learnt where there is no row of the right width at the start.
 *
 * @throws {PlanningError} `preflight_failed`
 */
export async function probeJob(
  deps: Deps,
  job: Job,
  dataset: PinnedDataset,
  signal: AbortSignal,
): Promise<Preflight | undefined> {
  const object = dataset.objects.find(({ bytes }) => bytes > 0)
  if (object === undefined) return undefined
  const end = Math.min(object.bytes, headBytes)
  const head = await deps.read(object, { start: 0, end }, signal)
  const rows = firstRows(job, dataset, head, end === object.bytes)
  // No whole row in the first megabyte, or none of the right width: nothing to learn from it.
  if (rows === undefined) return undefined
  const report = await deps.preflight(job, rows, signal)
  if (report.kind === 'ready') return report.preflight
  const sentences = [...report.problems, ...textColumnsAdvice(job, dataset, rows.body)]
  throw new PlanningError('preflight_failed', sentences.join(' '))
}

function firstRows(
  { spec }: Job,
  dataset: PinnedDataset,
  head: Buffer,
  isWhole: boolean,
): ProbeRows | undefined {
  const dialect = dialectOf(spec.dataset)
  const body = bodyOf(head, isWhole, dialect, dataset)
  const cutter = createCutter({
    dialect,
    header: false,
    rowsMax: PROBE_ROWS,
    bytesMax: spec.batching.payloadBytesMax,
  })
  const [cut] = [...cutter.push(body), ...cutter.end()]
  if (cut === undefined) return undefined
  const bytes = body.subarray(cut.bytes.start, cut.bytes.end)
  // They are failures of their own later, and would have the whole probe refused.
  const unfit =
    spec.dataset.format === 'jsonl' ? malformedLines(bytes) : oddRows(bytes, dialect, dataset.width)
  const odd = new Set(unfit.map(({ row }) => row))
  if (odd.size === cut.rows) return undefined
  const chosen = (choice?: ColumnChoice) =>
    selectColumns(bytes, dialect, chooseColumns(dataset, choice), odd)
  const payload = chosen(spec.dataset.features)
  const rows = cut.rows - odd.size
  return {
    body: payload,
    rows,
    rowOffsets: () => rowOffsets(payload, dialect),
    inputRowBytes: bytes.length / cut.rows,
    joinedRowBytes: joinedOf(spec.output.join, chosen).length / rows,
  }
}

function joinedOf(
  join: Job['spec']['output']['join'],
  chosen: (choice?: ColumnChoice) => Uint8Array,
): Uint8Array {
  if (join === 'none') return new Uint8Array()
  return chosen(join === 'all' ? undefined : { include: join })
}

/** The whole rows of a head: a row that is cut off would be another row to the endpoint. */
function bodyOf(
  head: Buffer,
  isWhole: boolean,
  dialect: Dialect,
  { header }: PinnedDataset,
): Uint8Array {
  const start = startOf(head, isWhole, dialect, header ? 'present' : 'absent')
  if (start === undefined) return head.subarray(0, 0)
  const body = head.subarray(start)
  const offsets = rowOffsets(body, dialect)
  const isOpen = !isWhole && offsets.at(-1) === body.length
  return isOpen ? body.subarray(0, offsets.at(-2) ?? 0) : body
}

/** Where the rows begin; nothing when the header goes on beyond the head. */
function startOf(
  head: Buffer,
  isWhole: boolean,
  dialect: Dialect,
  header: 'present' | 'absent',
): number | undefined {
  try {
    return inspectHead(head, dialect, header, isWhole).bodyStart
  } catch (error) {
    if (error instanceof CsvError && error.code === 'head_incomplete') return undefined
    throw error
  }
}
