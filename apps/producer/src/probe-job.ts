import {
  chooseColumns,
  createCutter,
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
  const rows = firstRows(job, dataset, head)
  // No whole row in the first megabyte, or none of the right width: nothing to learn from it.
  if (rows === undefined) return undefined
  const report = await deps.preflight(job, rows, signal)
  if (report.kind === 'ready') return report.preflight
  const sentences = [...report.problems, ...textColumnsAdvice(job, dataset, rows.body)]
  throw new PlanningError('preflight_failed', sentences.join(' '))
}

function firstRows({ spec }: Job, dataset: PinnedDataset, head: Buffer): ProbeRows | undefined {
  const dialect = dialectOf(spec.dataset)
  const { bodyStart } = inspectHead(head, dialect, dataset.header ? 'present' : 'absent')
  const cutter = createCutter({
    dialect,
    header: false,
    rowsMax: PROBE_ROWS,
    bytesMax: spec.batching.payloadBytesMax,
  })
  const body = head.subarray(bodyStart)
  const [cut] = [...cutter.push(body), ...cutter.end()]
  if (cut === undefined) return undefined
  const bytes = body.subarray(cut.bytes.start, cut.bytes.end)
  // They are failures of their own later, and would have the whole probe refused.
  const unfit =
    spec.dataset.format === 'jsonl' ? malformedLines(bytes) : oddRows(bytes, dialect, dataset.width)
  const odd = new Set(unfit.map(({ row }) => row))
  if (odd.size === cut.rows) return undefined
  const payload = selectColumns(bytes, dialect, chooseColumns(dataset, spec.dataset.features), odd)
  const rows = cut.rows - odd.size
  return { body: payload, rows, rowOffsets: () => rowOffsets(payload, dialect) }
}
