import { besideResult, type NamedOutput, type Output, resultNames } from '@millrace/job'
import { StorageError } from './storage-error.ts'
import type { Storage } from './storage.ts'
import { fileUri, placeOf } from './uri.ts'

/** A manifest names each object of its dataset, as the document of a pinned one does. */
const MANIFEST_BYTES_MAX = 64 * 1024 * 1024

/**
 * The result that would be harmed by an output: `scores.csv` and `scores.parquet` are two, and have one manifest, one
 * file of errors and one report; `result.csv` of a folder and the result of that folder are one file of two. It is
 * told by the manifest that lies there, and only while the result that this one names lies beside it; in S3 by the
 * manifest alone, since whoever may read manifests need not be allowed to read results. Of an output's own name it is
 * none, so that a job may be repeated.
 *
 * Nothing where no manifest lies there, or something that is none.
 */
export async function otherResult(
  storage: Pick<Storage, 'readDocument' | 'occupantOf'>,
  output: NamedOutput,
  signal: AbortSignal,
): Promise<string | undefined> {
  const own = resultNames(output)
  for (const manifest of otherManifests(output)) {
    const document = await readDocument(storage, manifest, signal)
    const name = document && nameIn(document)
    if (!name) continue
    // Of two with one manifest the names differ; of two with one result the manifests do.
    if ((name === nameOf(own.result)) === (manifest === own.manifest)) continue
    // What it names lies elsewhere when both were copied from there.
    const beside = besideOf(own.result, name)
    if (placeOf(beside).kind === 's3') return beside
    const { version } = await storage.occupantOf(beside, signal)
    if (version !== undefined) return beside
  }
  return undefined
}

/**
 * What `otherResult` loses to an output, as a part of a sentence: its manifest, or itself, where a folder and a file in it have
 * one result.
 */
export function lossOf(output: NamedOutput, other: string): string {
  const { result, manifest } = resultNames(output)
  if (other !== result) return `the manifest, errors and report of ${other}`
  const itsOwn = otherManifests(output).find((uri) => uri !== manifest)
  return `the place of the result whose manifest is ${itsOwn}`
}

/**
 * Where the manifest of another result may lie that an output would write over: its own place, and for `result.csv` of
 * a folder, which is a name that may also be asked for, that of the other.
 */
export function otherManifests(output: NamedOutput): readonly string[] {
  const { uri, files } = output
  const { result, manifest } = resultNames(output)
  // There may be a file in it for each of many objects; its manifest is that of no other output.
  if (uri.endsWith('/')) return files === 'per_object' ? [] : [besideResult(result).manifest]
  const folder = uri.slice(0, uri.lastIndexOf('/') + 1)
  return /\/result\.[^/]*$/.test(uri) ? [manifest, `${folder}manifest.json`] : [manifest]
}

/** The name of the result that a manifest is of; nothing where it is none. */
function nameIn(document: Buffer): string | undefined {
  try {
    const { format, files, compression, uri } = JSON.parse(document.toString('utf8')).spec.output
    return nameOf(resultNames({ format, files, compression, uri }).result)
  } catch {
    return undefined
  }
}

/**
 * The URI of the dataset in the manifest that lies where the one of an output that is a file would lie. No more of it
 * is read, since whichever version wrote it may say what this one does not know. Nothing where no manifest lies there,
 * or something that is none.
 */
export async function datasetBeside(
  storage: Pick<Storage, 'readDocument'>,
  { uri }: Pick<Output, 'uri'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const document = await readDocument(storage, besideResult(uri).manifest, signal)
  return document && datasetIn(document)
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

function datasetIn(document: Buffer): string | undefined {
  try {
    const uri: unknown = JSON.parse(document.toString('utf8')).spec.dataset.uri
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
