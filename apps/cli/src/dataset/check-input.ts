import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import { shellWord } from '../show/shell-word.ts'

/** What a file was when the run began; a file that changed is another job. */
export interface InputFile {
  readonly path: string
  readonly bytes: number
  readonly changedAt: string
}

/**
 * Looks at the input before anything is started.
 *
 * @throws {CliError} when it is missing, a directory, no regular file, empty, or may not be read.
 */
export async function checkInput(data: string, what = 'a CSV file'): Promise<InputFile> {
  refuseOtherUri(data)
  const path = resolve(data)
  refuseOwnDescriptor(data, path)
  const stats = await stat(path, { bigint: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw new CliError(`${data}: no such file`, { cause })
    throw new CliError(`${data}: cannot be looked at (${cause.code})`, { cause })
  })
  if (stats.isDirectory()) {
    throw new CliError(`${data}: is a directory, wanted ${what}`, { hint: 'name the file' })
  }
  if (!stats.isFile()) {
    throw new CliError(`${data}: is not a regular file, wanted ${what}`, {
      hint: `pipe it: millrace run - < ${shellWord(data)}`,
    })
  }
  if (stats.size === 0n) throw new CliError(`${data}: is empty, wanted at least one row`)
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new CliError(`${data}: may not be read by this user`, { cause })
  })
  return { path, bytes: Number(stats.size), changedAt: String(stats.mtimeNs) }
}

/** Such a name is that of another file in each process, so the apps would not find what it is here. */
function refuseOwnDescriptor(data: string, path: string): void {
  if (!isOwnDescriptor(path)) return
  throw new CliError(`${data}: is no file but what this process has open`, {
    hint: 'name the file itself, or read standard input: millrace run - < FILE',
  })
}

/** What a process has open under such a name is perhaps a file, but not the one of that name. */
export const isOwnDescriptor = (path: string): boolean =>
  /^\/(dev\/(stdin|stdout|stderr|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/.test(path)

/** @throws {CliError} for a URI that is neither S3's nor a file's. */
export function refuseOtherUri(data: string): void {
  const [, scheme] = /^([a-z][a-z0-9+.-]+):\//i.exec(data) ?? []
  if (scheme === undefined || /^(s3|file):\/\//.test(data)) return
  const hint = /^https?$/i.test(scheme)
    ? `fetch it: curl -fL ${data} | millrace run -`
    : `did you mean ${scheme === 's3' ? data.replace(/^s3:\/+/, 's3://') : 's3://…'}?`
  throw new CliError(`${data}: wanted a path, or an s3:// URI`, { hint })
}
