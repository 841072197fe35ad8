import { jobSpecSchema, type Output, resultManifestSchema, resultNames } from '@millrace/job'
import { StorageError } from './storage-error.ts'
import type { Storage } from './storage.ts'
import { placeOf } from './uri.ts'

/** A manifest names each object of its dataset, as the document of a pinned one does. */
const MANIFEST_BYTES_MAX = 64 * 1024 * 1024

/**
 * The result whose proof would be lost to an output: `scores.csv` and `scores.parquet` are two, and have one
 * manifest, one file of errors and one report. It is told by the manifest that lies there, and only while the
 * result that this one names lies beside it; in S3 by the manifest alone, since whoever may read manifests need
 * not be allowed to read results. Of an output's own name it is none, so that a job may be repeated.
 *
 * Nothing where no manifest lies there, or something that is none.
 */
export async function otherResult(
  storage: Pick<Storage, 'readDocument' | 'occupantOf'>,
  output: Output,
  signal: AbortSignal,
): Promise<string | undefined> {
  // The manifest of a folder lies in it, and so does that of no other output.
  if (output.uri.endsWith('/')) return undefined
  const { result, manifest } = resultNames(output)
  const document = await readDocument(storage, manifest, signal)
  const other = document && outputIn(document)
  const name = other && nameOf(resultNames(other).result)
  if (!name || name === nameOf(result)) return undefined
  // What it names lies elsewhere when both were copied from there.
  const beside = `${manifest.slice(0, -nameOf(manifest).length)}${name}`
  if (placeOf(beside).kind === 's3') return beside
  const { version } = await storage.occupantOf(beside, signal)
  return version === undefined ? undefined : beside
}

async function readDocument(
  storage: Pick<Storage, 'readDocument'>,
  uri: string,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  try {
    return await storage.readDocument(uri, MANIFEST_BYTES_MAX, signal)
  } catch (error) {
    if (error instanceof StorageError && error.code === 'too_large') return undefined
    throw error
  }
}

function outputIn(document: Buffer): Output | undefined {
  try {
    const { spec } = manifestSchema.parse(JSON.parse(document.toString('utf8')))
    return jobSpecSchema.safeParse(spec).data?.output
  } catch {
    return undefined
  }
}

const manifestSchema = resultManifestSchema.pick({ spec: true })

const nameOf = (uri: string): string => uri.slice(uri.lastIndexOf('/') + 1)
