import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { besideResult } from '@millrace/job'
import { createStorage, datasetBeside, fileUri, otherResult } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import { storageTold } from './open-storage.ts'

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
export async function keepResults(
  { out, path, dataset, isNamed }: ResultToBe,
  signal: AbortSignal,
): Promise<void> {
  const { other, madeFrom } = await findThere(fileUri(path), signal)
  if (other !== undefined) {
    const manifest = basename(besideResult(path).manifest)
    const name = basename(fileURLToPath(other))
    throw new CliError(`${out}: ${manifest} would be its manifest, and is that of ${name}`, {
      hint: 'choose another --out',
    })
  }
  if (isNamed || madeFrom === undefined || madeFrom === dataset) return
  throw new CliError(`${out}: is the result of another dataset, ${madeFrom}`, {
    hint: `choose another with --out; --out ${out} replaces it`,
  })
}

/**
 * Keeps what nobody vouches for, and so may be anybody's: a file of another program.
 *
 * @throws {CliError} where a file lies at a place that nobody named, without a manifest.
 */
export async function keepUnvouched(out: string, path: string): Promise<void> {
  if (!existsSync(path) || existsSync(besideResult(path).manifest)) return
  throw new CliError(`${out}: is there already, and no manifest says that it is a result`, {
    hint: `choose another with --out; --out ${out} replaces it`,
  })
}

/** How a result that is one file is written tells nothing of its name. */
const FILE = { format: 'csv', files: 'one', compression: 'auto' } as const

/** Another result that has the manifest there, and what the manifest says that it was made from. */
async function findThere(uri: string, signal: AbortSignal) {
  const storage = createStorage({})
  try {
    const other = await otherResult(storage, { uri, ...FILE }, signal)
    return { other, madeFrom: await datasetBeside(storage, { uri }, signal) }
  } catch (error) {
    throw storageTold(error)
  } finally {
    await storage.close()
  }
}
