import { readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { besideResult, resultManifestSchema } from '@millrace/job'

/** True for what names a file and no job. */
export const isResultFile = (name: string): boolean =>
  /[/\\]|\.(csv|tsv|txt|jsonl|ndjson|parquet|json|gz|zst|out)$/i.test(name)

/** As the aggregator names it: `a/1.csv.out`. */
const PER_OBJECT = /\.out(\.gz|\.zst)?$/

/** A result of each object lies in a tree that is seldom deeper. */
const FOLDERS_MAX = 16

const manifestSchema = resultManifestSchema.pick({ jobId: true, outputs: true })

/** Which job a file is of, by the manifest that lists it. */
export interface OfJob {
  readonly jobId: string
  /** The file has the rows of one object of the dataset only. */
  readonly isPerObject: boolean
}

/**
 * Finds the job whose manifest lists a file: the manifest beside it, or that of a folder of results above it.
 *
 * @returns nothing where no manifest is that does; what is wrong with one is no matter here.
 */
export async function jobOfResult(named: string): Promise<OfJob | undefined> {
  const path = resolve(named)
  const beside = await listing(besideResult(path).manifest, basename(path))
  if (beside !== undefined) return { jobId: beside, isPerObject: false }
  let folder = dirname(path)
  for (let above = 0; above < FOLDERS_MAX; above += 1) {
    const place = relative(folder, path).split(sep).join('/')
    const jobId = await listing(join(folder, 'manifest.json'), place)
    if (jobId !== undefined) return { jobId, isPerObject: PER_OBJECT.test(place) }
    if (folder === dirname(folder)) return undefined
    folder = dirname(folder)
  }
  return undefined
}

/** The job of a manifest that lists a file at this place; its folder may have been moved as a whole. */
async function listing(manifest: string, place: string): Promise<string | undefined> {
  const text = await readFile(manifest, 'utf8').catch(() => '')
  const found = manifestSchema.safeParse(parsed(text))
  const isListed = found.data?.outputs.some(({ uri }) => pathOf(uri).endsWith(`/${place}`))
  return isListed === true ? found.data?.jobId : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A file URI writes some characters otherwise than its path does. */
const pathOf = (uri: string): string =>
  uri.startsWith('file:') ? fileURLToPath(uri).split(sep).join('/') : uri
