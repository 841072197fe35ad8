import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chooseColumns, CsvError, headBytes, inspectHead } from '@millrace/csv'
import { datasetByName, dialectOf, type JobSpec } from '@millrace/job'
import { compressionOf, fileUri, type Storage } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import type { Looks } from '../dataset/by-name.ts'
import { openStorage, storageTold } from '../dataset/open-storage.ts'
import type { World } from '../world.ts'
import { checkInput, type InputFile, refuseOtherUri } from '../dataset/check-input.ts'
import { nearUri } from '../show/near-path.ts'
import { manifestPlaces } from './manifest-places.ts'
import { spool } from './spool.ts'

/** What a run is to read, and what it looks like. */
export interface FoundDataset {
  /** A folder's path ends in a slash; in S3 it is the URI. */
  readonly input: InputFile
  /** Where the objects lie that a manifest names; else nothing that `input` does not say. */
  readonly named: readonly string[]
  /** What name and first bytes say; what the user says comes before it. */
  readonly looks: Looks
  /** The first bytes of the first object that has any; `isOnly` when no other has. */
  readonly head: {
    readonly bytes: Uint8Array
    readonly isWhole: boolean
    readonly isOnly: boolean
    readonly of: string
  }
}

/**
 * Looks at the dataset before anything is started: a file, all files of a folder, an S3 object or
 * prefix, or standard input, which is kept below `stateRoot` first.
 *
 * @throws {CliError} when there is nothing, or it may not be read.
 */
export async function findDataset(
  data: string,
  from: {
    readonly stdin: NodeJS.ReadableStream
    readonly env: World['env']
    readonly stateRoot: string
    readonly region?: string
  },
  signal: AbortSignal,
): Promise<FoundDataset> {
  const isStdin = data === '-'
  refuseOtherUri(data)
  const kept = isStdin ? await spool(from.stdin, join(from.stateRoot, 'spool'), signal) : undefined
  const input =
    kept ?? (isMany(data) || (await isFolder(data)) ? undefined : await checkInput(data))
  await using storage = await openStorage(data, from)
  const uri = input === undefined ? uriOf(data) : fileUri(input.path)
  try {
    const objects = await storage.pin(uri, signal)
    const [first, ...others] = objects.filter(({ bytes }) => bytes > 0)
    if (first === undefined) throw new CliError(`${data}: holds no row`)
    const end = Math.min(headBytes, first.bytes)
    const bytes = await storage.read(first, { start: 0, end }, signal)
    const looks = { ...datasetByName(isStdin ? '' : first.uri), compression: compressionOf(bytes) }
    const of = isStdin ? 'standard input' : objects.length === 1 ? data : nearUri(first.uri)
    const head = { bytes, isWhole: end === first.bytes, isOnly: others.length === 0, of }
    const named = data.endsWith('.manifest')
      ? manifestPlaces(objects.map((object) => object.uri))
      : []
    return { input: input ?? manyFiles(data, objects), named, looks, head }
  } catch (error) {
    throw storageTold(error)
  }
}

/**
 * Reads the head as the producer will, so that a table that is none, and a column that is not there,
 * are told at once. What is compressed is left to the producer, and so is a first row that goes on, and an
 * object's only row where others tell more.
 *
 * @throws {CliError}
 */
export function checkHead(
  { bytes, isWhole, isOnly, of }: FoundDataset['head'],
  { dataset, output: { join } }: JobSpec,
): void {
  if (dataset.compression !== 'none') return
  const header = dataset.format === 'jsonl' ? 'absent' : dataset.csv.header
  try {
    const head = inspectHead(bytes, dialectOf(dataset), header, isWhole)
    if (head.width === 0 || (head.isAlone === true && !isOnly)) return
    chooseColumns(head, dataset.features)
    if (Array.isArray(join)) chooseColumns(head, { include: join })
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    if (cause.code === 'head_incomplete') return
    const { hint, message } = cause
    throw new CliError(`${of}: ${message}`, { cause, ...(hint === undefined ? {} : { hint }) })
  }
}

const isS3 = (data: string): boolean => data.startsWith('s3://')
const isMany = (data: string): boolean => isS3(data) || data.endsWith('.manifest')

async function isFolder(data: string): Promise<boolean> {
  return (await stat(data).catch(() => undefined))?.isDirectory() === true
}

function uriOf(data: string): string {
  if (isS3(data)) return data
  const uri = fileUri(resolve(data))
  return data.endsWith('.manifest') ? uri : `${uri.replace(/\/$/, '')}/`
}

/** The same command is the same job as long as no object of it changes. */
function manyFiles(data: string, objects: Awaited<ReturnType<Storage['pin']>>): InputFile {
  const path = isS3(data) ? data : resolve(data) + (data.endsWith('.manifest') ? '' : '/')
  const changedAt = createHash('sha256').update(JSON.stringify(objects)).digest('hex')
  return { path, bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0), changedAt }
}
