import {
  createCutter,
  CsvError,
  type Dialect,
  headBytes,
  inspectHead,
  rowOffsets,
  type UnfitRow,
  unfitRows,
} from '@millrace/csv'
import {
  dialectOf,
  type Job,
  limits,
  type PinnedDataset,
  type PinnedObject,
  type Preflight,
} from '@millrace/job'
import { type ModelRows, modelRows } from '@millrace/predictions'
import { PlanningError } from '../planning-error.ts'
import { textColumnsAdvice } from './text-columns.ts'

export type ProbeReport =
  /** Of the rows, some may have been refused, but not all. */
  | ({ readonly kind: 'ready' } & Probed)
  | {
      readonly kind: 'wrong'
      readonly problems: readonly string[] // A sentence each.
      /** The endpoint refuses the rows, each of them. */
      readonly isOfRows?: true
    }

/** What the first rows have shown. */
export interface Probed {
  readonly preflight: Preflight
  /** See `Job`. */
  readonly classes?: number
}

export interface Deps {
  read(
    object: PinnedObject,
    range: { start: number; end: number },
    signal: AbortSignal,
  ): Promise<Buffer>
  /** Invokes the endpoint with the rows, and says what makes the job hopeless. */
  preflight(
    job: Job,
    dataset: PinnedDataset,
    rows: ModelRows,
    signal: AbortSignal,
  ): Promise<ProbeReport>
}

/**
 * Invokes the endpoint with the first rows of the dataset, before a million of them are published: a
 * header sent as data, a wrong delimiter, a missing endpoint or permission is told here. They are those of the first
 * object that has any that can be sent: Spark writes a header alone for a partition that is empty.
 *
 * @throws {PlanningError} `preflight_failed`, also where no row can be sent.
 */
export async function probeJob(
  deps: Deps,
  job: Job,
  dataset: PinnedDataset,
  signal: AbortSignal,
): Promise<Probed | undefined> {
  const rows = await findRows(deps, job, dataset, signal)
  if (rows === undefined) return undefined
  const report = await deps.preflight(job, dataset, rows, signal)
  if (report.kind === 'ready') return report
  // Where the endpoint has taken the rows, their text is what it wants.
  const advice = report.isOfRows ? textColumnsAdvice(job, dataset, rows.body) : []
  throw new PlanningError('preflight_failed', [...report.problems, ...advice].join(' '))
}

/** As many objects are looked at until one has a row that can be sent, and of each so many rows. */
const LOOKS_MAX = 100
const ROWS_MAX = 1_000

/**
 * The first rows of which some can be sent; nothing where a first row goes on beyond the head, or the dataset goes on
 * behind a few that cannot.
 *
 * @throws {PlanningError} `preflight_failed` where none of the whole dataset, or of a thousand rows, can be sent.
 */
async function findRows(
  { read }: Deps,
  job: Job,
  dataset: PinnedDataset,
  signal: AbortSignal,
): Promise<ModelRows | undefined> {
  const dialect = dialectOf(job.spec.dataset)
  const objects = dataset.objects.filter(({ bytes }) => bytes > 0)
  let unfit = 0
  let first: UnfitRow | undefined
  let isAll = objects.length <= LOOKS_MAX
  for (const object of objects.slice(0, LOOKS_MAX)) {
    const end = Math.min(object.bytes, headBytes)
    const head = await read(object, { start: 0, end }, signal)
    const isWhole = end === object.bytes
    const body = bodyOf(head, isWhole, dialect, dataset)
    const looked = firstRows(job, dataset, body)
    if (looked.found !== undefined) return looked.found
    if (looked.unfit === 0 && !isWhole) return undefined
    first ??= looked.first
    unfit += looked.unfit
    isAll &&= isWhole
  }
  if (first === undefined || !(isAll || unfit >= ROWS_MAX)) return undefined
  const none =
    unfit === 1 ? 'The first row cannot be sent' : `None of the first ${unfit} rows can be sent`
  throw new PlanningError(
    'preflight_failed',
    `${none} to ${job.spec.endpoint.name} (${first.code}: ${first.message}). ${adviceFor(job.spec.dataset, dataset)}`,
  )
}

/** The first rows of a head of which some can be sent, or how many there are that cannot. */
function firstRows(
  { spec }: Job,
  dataset: PinnedDataset,
  body: Uint8Array,
): { readonly found?: ModelRows; readonly unfit: number; readonly first?: UnfitRow } {
  const dialect = dialectOf(spec.dataset)
  const cutter = createCutter({
    dialect,
    header: false,
    rowsMax: limits.probeRows,
    bytesMax: spec.batching.payloadBytesMax,
  })
  let unfit = 0
  let first: UnfitRow | undefined
  for (const { bytes, rows } of [...cutter.push(body), ...cutter.end()]) {
    const cut = body.subarray(bytes.start, bytes.end)
    const found = modelRows(cut, rows, spec, dataset)
    if (found !== undefined) return { found, unfit }
    unfit += rows
    first ??= unfitRows(cut, dialect, dataset.width)[0]
    if (unfit >= ROWS_MAX) break
  }
  return { unfit, ...(first !== undefined && { first }) }
}

const adviceFor = ({ format, csv }: Job['spec']['dataset'], { header }: PinnedDataset): string =>
  format === 'jsonl'
    ? 'Write each row as one line of JSON (jq -c .).'
    : `Give ${header ? 'the header' : 'the first row'} as many fields as the rows below it have, or check dataset.csv.delimiter (${JSON.stringify(csv.delimiter)}) and dataset.csv.quote.`

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
