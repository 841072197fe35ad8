import { besideResult, type Output } from '@millrace/job'
import { StorageError } from './storage-error.ts'
import type { Storage } from './storage.ts'
import { fileUri, placeOf } from './uri.ts'

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
  { uri }: Pick<Output, 'uri'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  // The manifest of a folder lies in it, and so does that of no other output.
  if (uri.endsWith('/')) return undefined
  const written = await uriBeside(storage, { uri }, 'output', signal)
  const name = written && nameOf(written)
  if (!name || name === nameOf(uri)) return undefined
  // What it names lies elsewhere when both were copied from there.
  const beside = besideOf(uri, name)
  if (placeOf(beside).kind === 's3') return beside
  const { version } = await storage.occupantOf(beside, signal)
  return version === undefined ? undefined : beside
}

/**
 * The URI of the dataset or of the output in the manifest that lies where the one of an output that is a file would
 * lie. No more of it is read, since whichever version wrote it may say what this one does not know. Nothing where no
 * manifest lies there, or something that is none.
 */
export async function uriBeside(
  storage: Pick<Storage, 'readDocument'>,
  { uri }: Pick<Output, 'uri'>,
  of: 'dataset' | 'output',
  signal: AbortSignal,
): Promise<string | undefined> {
  const document = await readDocument(storage, besideResult(uri).manifest, signal)
  return document && uriIn(document, of)
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

function uriIn(document: Buffer, of: 'dataset' | 'output'): string | undefined {
  try {
    const uri: unknown = JSON.parse(document.toString('utf8')).spec[of].uri
    if (typeof uri !== 'string') return undefined
    placeOf(uri) // What names no place is none.
    return uri
  } catch {
    return undefined
  }
}

/** The name at the end of a URI, with no encoding: a copy may lie where names are written otherwise. */
function nameOf(uri: string): string {
  const place = placeOf(uri)
  const path = place.kind === 's3' ? place.key : place.path
  return path.slice(path.lastIndexOf('/') + 1)
}

const besideOf = (uri: string, name: string): string =>
  uri.slice(0, uri.lastIndexOf('/') + 1) +
  (placeOf(uri).kind === 's3' ? name : fileUri(`/${name}`).slice('file:///'.length))
