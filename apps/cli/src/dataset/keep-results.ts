import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  besideResult,
  type JobSpec,
  jobSpecSchema,
  resultManifestSchema,
  resultNames,
} from '@millrace/job'
import { CliError } from '../cli-error.ts'

/** The result that is to be written. */
export interface ResultToBe {
  /** As it was typed, or chosen by us. */
  readonly out: string
  /** Its path. */
  readonly path: string
  /** URI of the dataset. */
  readonly dataset: string
  /** False when nobody named it. */
  readonly isNamed: boolean
}

/**
 * Keeps what another result is made of: two tables of one name in two folders have one default, and `scores.csv` and
 * `scores.parquet` one manifest. Who names a result may mean the one that lies there; of nobody else is it
 * replaced, nor is it left without the manifest that vouches for it.
 *
 * @throws {CliError} when a result lies there, or beside it, that would be lost.
 */
export async function keepResults({ out, path, dataset, isNamed }: ResultToBe): Promise<void> {
  const { manifest } = besideResult(path)
  const other = await readSpecIn(manifest)
  if (other === undefined) return
  const { result } = resultNames(other.output)
  const name = basename(result.startsWith('file:') ? fileURLToPath(result) : result)
  if (name !== basename(path) && (await isThere(join(dirname(path), name)))) {
    throw new CliError(
      `${out}: ${basename(manifest)} would be its manifest, and is that of ${name}`,
      {
        hint: 'choose another --out',
      },
    )
  }
  if (isNamed || other.dataset.uri === dataset) return
  throw new CliError(`${out}: is the result of another dataset, ${other.dataset.uri}`, {
    hint: `choose another with --out; --out ${out} replaces it`,
  })
}

/** Nothing where there is no manifest, or something that is none. */
async function readSpecIn(manifest: string): Promise<JobSpec | undefined> {
  try {
    const { spec } = manifestSchema.parse(JSON.parse(await readFile(manifest, 'utf8')))
    return jobSpecSchema.safeParse(spec).data
  } catch {
    return undefined
  }
}

const manifestSchema = resultManifestSchema.pick({ spec: true })

const isThere = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined
