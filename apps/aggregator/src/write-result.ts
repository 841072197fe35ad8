import {
  type Batch,
  type ByteRange,
  type Job,
  type JobSpec,
  type PinnedDataset,
  resultNames,
} from '@millrace/job'
import { decideBy, type Deciding, type RowStyle } from '@millrace/predictions'
import { whyOverDataset } from '@millrace/storage'
import { accountFor, type PartLike } from './account/account.ts'
import type { ResultSummary } from './aggregate-job.ts'
import { costOf } from './files/cost.ts'
import { createFormat } from './rows/create-format.ts'
import { createErrorsFile } from './files/errors-file.ts'
import { createGoneObjects } from './files/gone-objects.ts'
import { firstPrediction } from './rows/first-prediction.ts'
import { loneRowStyle } from './rows/format-csv.ts'
import { OutputError } from './rows/output-error.ts'
import { withoutJsonStrings } from './rows/json-strings.ts'
import type { CountedPart } from './account/history.ts'
import { type Manifest, manifestOf } from './files/manifest.ts'
import { createTally, type Tally } from './account/tally.ts'
import { neededInput } from './files/needed-input.ts'
import { readHeader } from './files/read-header.ts'
import { readStretches } from './files/read-stretches.ts'
import { createFilePerObject, createOneFile, type ResultFiles } from './files/result-files.ts'
import type { BatchRows } from './rows/result-format.ts'
import type { TakePlace } from './files/take-place.ts'
import { createReporting, type Reporting } from './files/report-file.ts'
import { type Place, stretchesOf } from './rows/stretches.ts'
import { hashed, type HashedWriter, type Writer } from './files/writer.ts'

/** A recorded part with what the manifest says of it. */
export type RecordedPart = PartLike & CountedPart

export interface Deps {
  /** Of the deployment: its prices are those of the bill. */
  readonly region: string
  dataset(job: Job, signal: AbortSignal): Promise<PinnedDataset>
  /** The jobs that a retry stands on, the newest first; none for another job. */
  below(job: Job, signal: AbortSignal): Promise<readonly Job[]>
  planned(job: Job, signal: AbortSignal): AsyncIterable<readonly Batch[]>
  /** As the rows of a result where their style is told, and whoever prints the parts can write them. */
  parts(job: Job, signal: AbortSignal, rowStyle?: RowStyle): AsyncIterable<readonly RecordedPart[]>
  /** Fills `target` with the input's bytes from the start of a place, held to the pinned version. */
  input(dataset: PinnedDataset, from: Place, target: Uint8Array, signal: AbortSignal): Promise<void>
  /** The bytes of a range of one object, in order, held to the pinned version. */
  stream(
    dataset: PinnedDataset,
    object: number,
    range: ByteRange,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>
  /** Where each row of the bytes starts, then where the last one ends. */
  rowOffsets(job: Job, bytes: Buffer): Uint32Array
  createWriter(uri: string, signal: AbortSignal): Promise<Writer>
  /** Removes the failed rows of an earlier result, if they lie there; what is none of ours stays. */
  remove(uri: string, signal: AbortSignal): Promise<void>
  /** By its manifest: no other result becomes visible there until it is free. */
  readonly takePlace: TakePlace
}

/** The result of a job, or one that is made again with another decision or output. */
export interface ResultWanted {
  readonly job: Job
  readonly spec: JobSpec
  readonly exportId?: string
}

/**
 * Reads the parts once, in row order, and writes the result beside its errors and its manifest.
 *
 * Everything streams into files that are not visible yet. They become so only when the last part has
 * been accounted for: errors first, then the result and its report, and the manifest that vouches for
 * all of them last.
 * With a result for each input object there are too many files to hold back, so all rows are
 * accounted for by a first reading. Nothing of what is written tells when it was written: whoever
 * writes it again writes the same bytes.
 *
 * @throws {AccountingError} before anything is visible.
 * @throws {OutputError} `output_taken`, before anything is written, where it would be over an object of the dataset.
 */
export async function writeResult(
  deps: Deps,
  wanted: ResultWanted,
  signal: AbortSignal,
): Promise<ResultSummary> {
  const { job, spec } = wanted
  const names = resultNames(spec.output)
  const dataset = await deps.dataset(job, signal)
  const over = whyOverDataset(spec, dataset.objects)
  if (over !== undefined) throw new OutputError('output_taken', over, 'write it elsewhere')
  const below = await deps.below(job, signal)
  if (spec.output.files === 'per_object') await accountForAll(deps, job, signal)

  await using open = new AsyncDisposableStack()
  const openFile = async (uri: string): Promise<HashedWriter> => {
    const writer = hashed(uri, await deps.createWriter(uri, signal))
    open.defer(() => writer.abort())
    return writer
  }
  const deciding = await decide(deps, wanted, signal)
  const result = await openResult(deps, spec, dataset, deciding, signal)
  open.defer(() => result.abort())
  const errors = await openFile(names.errors)
  const report = createReporting(wanted.job, wanted.spec)
  const parts = deps.parts(job, signal, loneRowStyle(spec, deciding))
  const tally = await copyParts(deps, wanted, dataset, { parts, result, errors, report }, signal)

  const files = await result.end()
  const outputs = [...files, ...(tally.failedRows > 0 ? [await errors.seal()] : [])]
  const page = await openFile(names.report)
  const { region } = deps
  // An export invokes nothing.
  const cost =
    wanted.exportId === undefined ? costOf({ job, spec, dataset, tally, region }) : undefined
  await page.write(report.page(tally, outputs, cost))
  const manifest = await openFile(names.manifest)
  const vouched = [...outputs, await page.seal()]
  const written = { ...wanted, below, dataset, tally, outputs: vouched, cost }
  await manifest.write(encode(manifestOf(written)))
  await manifest.seal()
  using _place = await deps.takePlace(names.manifest)
  if (tally.failedRows > 0) await errors.commit()
  else await deps.remove(names.errors, signal)
  await result.commit()
  await page.commit()
  await manifest.commit()
  return {
    rows: tally.rows,
    failedRows: tally.failedRows,
    resultUri: names.result,
    manifestUri: names.manifest,
  }
}

async function accountForAll(deps: Deps, job: Job, signal: AbortSignal): Promise<void> {
  for await (const run of accountFor(job, deps.planned(job, signal), deps.parts(job, signal))) {
    signal.throwIfAborted()
    for (const { part } of run) part.release?.()
  }
}

async function decide(
  deps: Deps,
  { job, spec }: ResultWanted,
  signal: AbortSignal,
): Promise<Deciding> {
  const classes = spec.decision.labels === undefined ? job.classes : undefined
  const isAsked = asksForFirst(spec, classes)
  const first = isAsked ? await firstPrediction(deps.parts(job, signal)) : ''
  return withoutJsonStrings(spec, decideBy(spec.decision, spec.output.names, first, classes))
}

async function openResult(
  deps: Deps,
  spec: JobSpec,
  dataset: PinnedDataset,
  deciding: Deciding,
  signal: AbortSignal,
): Promise<ResultFiles> {
  const header = await readHeader(
    (from, target) => deps.input(dataset, from, target, signal),
    spec,
    dataset,
  )
  const files = {
    createFormat: () => createFormat(spec, dataset, deciding, header),
    createWriter: (uri: string) => deps.createWriter(uri, signal),
  }
  return spec.output.files === 'per_object'
    ? createFilePerObject(files, spec, dataset)
    : await createOneFile(files, spec)
}

/** True when the columns depend on what the endpoint answers. */
function asksForFirst({ decision, output }: JobSpec, classes: number | undefined): boolean {
  if (decision.kind === 'multiclass') return (decision.labels ?? classes) === undefined
  return decision.kind === 'none' && output.format !== 'csv'
}

/** Where the parts come from, and where they go. */
interface Ends {
  readonly parts: AsyncIterable<readonly RecordedPart[]>
  readonly result: ResultFiles
  readonly errors: HashedWriter
  readonly report: Reporting
}

async function copyParts(
  deps: Deps,
  { job, spec, exportId }: ResultWanted,
  dataset: PinnedDataset,
  { parts, result, errors, report }: Ends,
  signal: AbortSignal,
): Promise<Tally> {
  const joins = spec.output.join !== 'none'
  const gone = createGoneObjects(exportId !== undefined && !joins && !spec.output.errors.row)
  const stream = (object: number, start: number, end: number) =>
    gone.streaming(object, deps.stream(dataset, object, { start, end }, signal))
  const errorsFile = createErrorsFile({ stream, isGone: gone.has }, dataset, spec.output.errors)
  const tallying = createTally()
  await errors.write(errorsFile.header())

  const accounted = accountFor(job, deps.planned(job, signal), parts)
  const stretches = stretchesOf(accounted, ({ batch, part }) =>
    neededInput(spec, batch, part.failures),
  )
  const read = readStretches(stretches, (from, target) =>
    gone.reading(from.object, () => deps.input(dataset, from, target, signal)),
  )
  for await (const { items, from, bytes } of read) {
    for (const { batch, part } of items) {
      signal.throwIfAborted()
      tallying.add(batch, part)
      report.add(part)
      const { failures, attempt, lines } = part
      const isRead = from !== undefined && bytes !== undefined && !gone.has(from.object)
      const input = isRead ? rowsIn(deps, job, bytes, from.bytes, batch) : undefined
      await result.add({ batch, lines, input: joins ? input : undefined })
      if (failures.length > 0) {
        await errors.write(await errorsFile.rows({ batch, failures, attempt, input }))
      }
      part.release?.()
    }
  }
  return tallying.total()
}

/**
 * The rows of a batch in bytes that begin at `start` of its object, and may end within its last row. They are found when
 * somebody asks where they are.
 */
function rowsIn(
  deps: Deps,
  job: Job,
  bytes: Buffer,
  { start }: ByteRange,
  { bytes: { start: first, end } }: Batch,
): NonNullable<BatchRows['input']> {
  const own = bytes.subarray(first - start, end - start)
  let offsets: Uint32Array | undefined
  return {
    bytes: own,
    get offsets() {
      offsets ??= deps.rowOffsets(job, own)
      return offsets
    },
  }
}

const encode = (manifest: Manifest): Buffer => Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
