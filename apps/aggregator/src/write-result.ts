import { createHash } from 'node:crypto'
import { type Batch, type Job, type PinnedDataset, type RowFailure } from '@millrace/job'
import type { ResultSummary } from './aggregate-job.ts'
import { accountFor, type PartLike } from './account.ts'
import { createCsvFormat } from './format-csv.ts'
import { type Manifest, manifestOf, type OutputFile, Tally } from './manifest.ts'
import { resultNames } from './result-names.ts'

/** A recorded part with what the manifest says of it. */
export interface RecordedPart extends PartLike {
  readonly variant?: string
  readonly attempt: number
  readonly invocations: number
  readonly throttles: number
}

/** A file that nobody sees before `commit`. */
export interface Writer {
  write(bytes: Uint8Array): Promise<void>
  commit(): Promise<unknown>
  /** Leaves nothing behind; does nothing after `commit`. */
  abort(): Promise<void>
}

export interface Deps {
  dataset(job: Job, signal: AbortSignal): Promise<PinnedDataset>
  planned(job: Job, signal: AbortSignal): AsyncIterable<Batch>
  parts(job: Job, signal: AbortSignal): AsyncIterable<RecordedPart>
  /** The input's bytes of a batch, held to the pinned version. */
  input(dataset: PinnedDataset, batch: Batch, signal: AbortSignal): Promise<Buffer>
  /** Where each row of the bytes starts, then where the last one ends. */
  rowOffsets(job: Job, bytes: Buffer): Uint32Array
  createWriter(uri: string, signal: AbortSignal): Promise<Writer>
  /** Removes a file of an earlier result, if there is one. */
  remove(uri: string, signal: AbortSignal): Promise<void>
  /** Seconds since the epoch. */
  now(): number
}

/**
 * Reads the parts once, in row order, and writes the result beside its errors and its manifest.
 *
 * Everything streams into files that are not visible yet. They become so only when the last part has
 * been accounted for: errors first, then the result, and the manifest that vouches for both last.
 *
 * @throws {AccountingError} before anything is visible.
 */
export async function writeResult(
  deps: Deps,
  job: Job,
  signal: AbortSignal,
): Promise<ResultSummary> {
  const names = resultNames(job.spec.output.uri)
  const dataset = await deps.dataset(job, signal)
  const tally = new Tally()

  await using files = new AsyncDisposableStack()
  const open = async (uri: string): Promise<HashedWriter> => {
    const writer = new HashedWriter(uri, await deps.createWriter(uri, signal))
    files.defer(() => writer.abort())
    return writer
  }
  const result = await open(names.result)
  const errors = await open(names.errors)
  await copyParts(deps, job, dataset, { result, errors, tally }, signal)

  const outputs = [result.seal(), ...(tally.failedRows > 0 ? [errors.seal()] : [])]
  const manifest = await open(names.manifest)
  await manifest.write(encode(manifestOf(job, dataset, tally, outputs, deps.now())))
  if (tally.failedRows > 0) await errors.commit()
  else await deps.remove(names.errors, signal)
  await result.commit()
  await manifest.commit()
  return {
    rows: tally.rows,
    failedRows: tally.failedRows,
    resultUri: names.result,
    manifestUri: names.manifest,
  }
}

interface Files {
  readonly result: HashedWriter
  readonly errors: HashedWriter
  readonly tally: Tally
}

async function copyParts(
  deps: Deps,
  job: Job,
  dataset: PinnedDataset,
  { result, errors, tally }: Files,
  signal: AbortSignal,
): Promise<void> {
  const format = createCsvFormat(job.spec, dataset)
  const joins = job.spec.output.join !== 'none'
  if (format.header !== undefined) await result.write(format.header)
  await errors.write(Buffer.from('row,object,byte,code,message\n'))

  const accounted = accountFor(job, deps.planned(job, signal), deps.parts(job, signal))
  for await (const { batch, part } of accounted) {
    signal.throwIfAborted()
    tally.add(part)
    const needsInput = joins || part.failures.length > 0
    const input = needsInput ? await deps.input(dataset, batch, signal) : undefined
    const offsets = input && deps.rowOffsets(job, input)
    if (joins && input !== undefined && offsets !== undefined) {
      await result.write(format.joined(part.predictions, input, offsets))
    } else {
      await result.write(format.plain(part.predictions))
    }
    if (offsets !== undefined && part.failures.length > 0) {
      await errors.write(errorRows(dataset, batch, part.failures, offsets))
    }
  }
}

/** One row a failure: which row, where it begins, what was wrong with it. */
function errorRows(
  dataset: PinnedDataset,
  batch: Batch,
  failures: readonly RowFailure[],
  offsets: Uint32Array,
): Buffer {
  const uri = dataset.objects[batch.object]?.uri ?? ''
  const rows = failures.map(({ row, code, message }) => {
    const byte = batch.bytes.start + (offsets[row - batch.rows.start] ?? 0)
    return `${row},${quote(uri)},${byte},${code},${quote(message)}\n`
  })
  return Buffer.from(rows.join(''))
}

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`

const encode = (manifest: Manifest): Buffer => Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)

/** A writer that knows what it has written, for the manifest. */
class HashedWriter {
  readonly #uri: string
  readonly #writer: Writer
  readonly #hash = createHash('sha256')
  #bytes = 0

  constructor(uri: string, writer: Writer) {
    this.#uri = uri
    this.#writer = writer
  }

  async write(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    await this.#writer.write(bytes)
  }

  /** What was written; nothing more may be. */
  seal(): OutputFile {
    return { uri: this.#uri, bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  async commit(): Promise<void> {
    await this.#writer.commit()
  }

  async abort(): Promise<void> {
    await this.#writer.abort()
  }
}
