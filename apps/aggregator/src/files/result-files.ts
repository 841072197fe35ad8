import { fileCompression, type JobSpec, type PinnedDataset, resultNames } from '@millrace/job'
import { objectResults } from '@millrace/storage'
import { createCompressor } from './compress.ts'
import type { BatchRows, ResultFormat } from '../rows/result-format.ts'
import { hashed, type OutputFile, type Writer } from './writer.ts'

/** The file or files that the rows of a result go to. */
export interface ResultFiles {
  /** Batches come in order. */
  add(rows: BatchRows): Promise<void>
  /** Writes what is left; tells what was written. */
  end(): Promise<readonly OutputFile[]>
  /** Makes visible what is not yet. */
  commit(): Promise<void>
  /** Leaves behind nothing of what is not visible. */
  abort(): Promise<void>
}

export interface Deps {
  createWriter(uri: string): Promise<Writer>
  createFormat(): ResultFormat
}

/** One file with all rows; nothing is visible before `commit`. */
export async function createOneFile(deps: Deps, spec: JobSpec): Promise<ResultFiles> {
  const { output } = spec
  const file = await openFile(deps, resultNames(output).result, fileCompression(output))
  return {
    add: (rows) => file.add(rows),
    end: async () => [await file.end()],
    commit: async () => void (await file.commit()),
    abort: () => file.abort(),
  }
}

/**
 * A file for each object of the dataset, also for one without rows. Thousands of files cannot all be
 * held open, so each becomes visible when its rows are written: the caller accounts for all rows first.
 */
export function createFilePerObject(
  deps: Deps,
  spec: JobSpec,
  dataset: PinnedDataset,
): ResultFiles {
  const names = objectResults(spec, dataset.objects)
  const written: OutputFile[] = []
  let file: File | undefined
  const closeFile = async (): Promise<void> => {
    if (file === undefined) return
    written.push(await file.end())
    await file.commit()
    file = undefined
  }
  /** Ends the files before that of the object, and opens it. */
  const advanceTo = async (object: number): Promise<void> => {
    while (file === undefined || written.length < object) {
      await closeFile()
      file = await openFile(deps, names[written.length] ?? '', fileCompression(spec.output))
    }
  }
  return {
    async add(rows) {
      await advanceTo(rows.batch.object)
      await file?.add(rows)
    },
    async end() {
      await advanceTo(names.length - 1)
      await closeFile()
      return written
    },
    commit: async () => {},
    abort: async () => file?.abort(),
  }
}

interface File {
  add(rows: BatchRows): Promise<void>
  end(): Promise<OutputFile>
  commit(): Promise<unknown>
  abort(): Promise<void>
}

async function openFile(
  deps: Deps,
  uri: string,
  compression: 'none' | 'gzip' | 'zstd',
): Promise<File> {
  const format = deps.createFormat()
  const writer = hashed(uri, await deps.createWriter(uri))
  const compressor = createCompressor(compression, (bytes) => writer.write(bytes))
  let begun = false
  const begin = async (first?: BatchRows): Promise<void> => {
    if (begun) return
    begun = true
    await compressor.write(format.begin(first))
  }
  return {
    async add(rows) {
      await begin(rows)
      await compressor.write(format.rows(rows))
    },
    async end() {
      await begin()
      await compressor.write(format.end())
      await compressor.end()
      return await writer.seal()
    },
    commit: () => writer.commit(),
    async abort() {
      compressor.destroy()
      await writer.abort()
    },
  }
}
