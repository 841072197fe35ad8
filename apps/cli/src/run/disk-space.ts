import { stat, statfs } from 'node:fs/promises'
import type { JobSpec } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'

/** Below this a run stops while it still can stop cleanly. */
export const FREE_BYTES_MIN = 4 * 1024 * 1024

/** Bytes that this user may still write in the file system of `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Bytes that a run will write, about. */
export interface SpaceWanted {
  /** What is recorded, and a dataset once it is unpacked. */
  readonly state: number
  /** The result, with the input where that is joined. */
  readonly result: number
}

/** A number, its class and what keeps them. */
const PREDICTION_BYTES = 30
/** Tables of numbers are packed two- to sixfold. */
const USUAL_EXPANSION = 4
/** Of a row that is packed, so that its length is not seen. */
const USUAL_ROW_BYTES = 100

/**
 * Reckons by the rows at the start of the dataset, which may be shorter or longer than the others.
 *
 * @param head the first bytes, as they are stored.
 */
export function spaceWanted(
  { dataset, output }: JobSpec,
  inputBytes: number,
  head: Uint8Array,
): SpaceWanted {
  const isPacked = dataset.compression !== 'none'
  const bytes = isPacked ? inputBytes * USUAL_EXPANSION : inputBytes
  const rows = bytes / (isPacked ? USUAL_ROW_BYTES : head.length / linesIn(head))
  const predictions = Math.ceil(rows * PREDICTION_BYTES)
  return {
    state: predictions + (isPacked ? bytes : 0),
    result: predictions + (output.join === 'none' ? 0 : bytes),
  }
}

const LINE_FEED = 0x0a

const linesIn = (bytes: Uint8Array): number =>
  Math.max(
    1,
    bytes.reduce((lines, byte) => (byte === LINE_FEED ? lines + 1 : lines), 0),
  )

/** A disk that a run writes to. */
export interface Disk {
  readonly folder: string
  readonly free: number
  /** About, with what has to be left free. */
  readonly needed: number
}

/** The disk of state and result, or both when they are two. */
export async function disksOf(
  folders: { readonly state: string; readonly result: string },
  wanted: SpaceWanted,
): Promise<readonly Disk[]> {
  const diskOf = async (folder: string, bytes: number): Promise<Disk> => {
    return { folder, free: await freeBytes(folder), needed: FREE_BYTES_MIN + bytes }
  }
  const [state, result] = await Promise.all([stat(folders.state), stat(folders.result)])
  if (state.dev === result.dev) return [await diskOf(folders.state, wanted.state + wanted.result)]
  return [await diskOf(folders.state, wanted.state), await diskOf(folders.result, wanted.result)]
}

/** @throws {CliError} for a disk on which a run would stop as soon as it has begun. */
export function refuseFull(disks: readonly Disk[]): void {
  const full = disks.find(({ free }) => free < FREE_BYTES_MIN)
  if (full === undefined) return
  const { folder, free, needed } = full
  const sizes = `${mebibytes(free)} MiB free, ${mebibytes(needed)} MiB needed`
  throw new CliError(`${folder}: not enough room on this disk (${sizes})`, {
    hint: 'free some, or put --out and --state on another disk',
  })
}

/** What to expect of disks that are perhaps too small; that is reckoned, so it stops nobody. */
export const scarceTexts = (disks: readonly Disk[]): readonly string[] =>
  disks
    .filter(({ free, needed }) => free < needed)
    .map(
      ({ folder, free, needed }) =>
        `${folder}: about ${mebibytes(needed)} MiB will be needed on this disk, and ${mebibytes(free)} MiB are free; ` +
        'when it is full the run stops cleanly, and the same command continues it',
    )

const mebibytes = (bytes: number): string => Math.ceil(bytes / 1024 / 1024).toLocaleString('en-US')

const LOOK_EVERY_MS = 500

/** Stops the run while it still can stop cleanly; a full disk would end it in the middle of a write. */
export function watchDisks(folders: readonly string[], trouble: AbortController): Disposable {
  const look = async (folder: string): Promise<void> => {
    const free = await freeBytes(folder).catch((cause: NodeJS.ErrnoException) => {
      const message = `${folder}: cannot be looked at any more (${cause.code})`
      throw new CliError(message, { cause, exitCode: EXIT.failed })
    })
    if (free >= FREE_BYTES_MIN) return
    throw new CliError(`${folder}: the disk is full (${free} bytes left)`, {
      hint: 'free some; the same command continues',
      exitCode: EXIT.failed,
    })
  }
  const timer = setInterval(
    () => void Promise.all(folders.map(look)).catch((error: unknown) => trouble.abort(error)),
    LOOK_EVERY_MS,
  )
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
