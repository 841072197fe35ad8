import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { makeStateFolder } from '../local/state-folder.ts'
import type { InputFile } from '../dataset/check-input.ts'
import { isAlive } from '../system/is-alive.ts'

/**
 * Writes standard input to a file, because a row range can only be read from something with places.
 *
 * The file is named after its content: the same input piped again continues the same run. A file that
 * is there already stays, since the run is pinned to that very file.
 */
export async function spool(
  source: NodeJS.ReadableStream,
  folder: string,
  signal: AbortSignal,
): Promise<InputFile> {
  await makeStateFolder(folder)
  await removeLeft(folder)
  const partial = join(folder, `stdin-${process.pid}.partial`)
  const hash = createHash('sha256')
  let bytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  try {
    await pipeline(source, measure, createWriteStream(partial, { mode: 0o600 }), { signal })
    if (bytes === 0) {
      throw new CliError('standard input is empty, wanted at least one row', {
        hint: 'pipe the table into it; the same table again continues its run',
      })
    }
    const digest = hash.digest('hex')
    const path = join(folder, `stdin-${digest.slice(0, 16)}.csv`)
    const earlier = await stat(path).catch(() => undefined)
    if (earlier?.size !== bytes) await rename(partial, path)
    return { path, bytes, changedAt: digest }
  } catch (error) {
    throw isFull(error) ? tooLarge(folder, bytes, error) : error
  } finally {
    await rm(partial, { force: true })
  }
}

/** What a run that was killed while it read has left is of no use to another, and may be large. */
async function removeLeft(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^stdin-(\d+)\.partial$/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { force: true })
  }
}

const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')

const tooLarge = (folder: string, bytes: number, cause: unknown): CliError =>
  new CliError(`${folder}: the disk is full after ${bytes} bytes of standard input`, {
    hint: 'name the file itself, which is read where it lies, or put --state on another disk',
    exitCode: EXIT.failed,
    cause,
  })
