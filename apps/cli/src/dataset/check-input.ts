import { constants } from 'node:fs'
import { access, mkdtemp, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { besideResult } from '@millrace/job'
import { withoutCompression } from './by-name.ts'
import { CliError } from '../cli-error.ts'
import { endingOf } from '../spec/format-by-name.ts'

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
      hint: `pipe it: millrace run - < ${data}`,
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
  if (!/^\/(dev\/stdin|dev\/fd\/\d+|proc\/[^/]+\/fd\/\d+)$/.test(path)) return
  throw new CliError(`${data}: is no file but what this process has open`, {
    hint: 'name the file itself, or read standard input: millrace run - < FILE',
  })
}

/** @throws {CliError} for a URI that is neither S3's nor a file's. */
export function refuseOtherUri(data: string): void {
  const [, scheme] = /^([a-z][a-z0-9+.-]+):\//i.exec(data) ?? []
  if (scheme === undefined || /^(s3|file):\/\//.test(data)) return
  const hint = /^https?$/i.test(scheme)
    ? `fetch it: curl -fL ${data} | millrace run -`
    : `did you mean ${scheme === 's3' ? data.replace(/^s3:\/+/, 's3://') : 's3://…'}?`
  throw new CliError(`${data}: wanted a path, or an s3:// URI`, { hint })
}

/** Where the result goes when nobody says: beside nothing else, in the folder the user is in. */
export function defaultOut(data: string, output: Parameters<typeof endingOf>[0] = {}): string {
  if (data === '-') return '-'
  const plain = withoutCompression(basename(data))
  return `${basename(plain, extname(plain))}.predictions${endingOf(output)}`
}

/**
 * Looks at the place of the result before an hour is spent on it.
 *
 * @throws {CliError} when it is a directory, its folder is missing or may not be written, or when it
 *   or what is written beside it is the input.
 */
export async function checkOutput(out: string, input: string): Promise<string> {
  const path = resolve(out)
  if (path === input) {
    throw new CliError(`${out}: is the input itself`, { hint: 'choose another --out' })
  }
  checkApart(path, input)
  if (Object.values(besideResult(path)).includes(input)) {
    throw new CliError(`${out}: the run would write over its input ${basename(input)}`, {
      hint: 'choose another --out',
    })
  }
  await checkLengths(path)
  const existing = await stat(path).catch(() => undefined)
  if (existing?.isDirectory() === true) {
    throw new CliError(`${out}: is a directory, wanted a file`, {
      hint: `for example --out ${out.replace(/\/?$/, '/')}result.csv`,
    })
  }
  // With the slash, a file in the folder's place is told too.
  await access(`${dirname(path)}/`, constants.W_OK).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(`${out}: its folder ${whyNotWritten(cause.code)}`, { cause })
  })
  await checkMakes(out, dirname(path))
  return path
}

/** Where all rights are had, as below /proc, still nothing may be made: only a try tells. */
async function checkMakes(out: string, folder: string): Promise<void> {
  try {
    await rmdir(await mkdtemp(join(folder, '.millrace-')))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CliError(`${out}: nothing can be made in its folder (${code})`, {
      hint: 'choose another --out',
      cause,
    })
  }
}

/** The longest name is one beside the result, and would be found out when all is scored. */
async function checkLengths(path: string): Promise<void> {
  for (const name of [path, ...Object.values(besideResult(path))]) {
    await stat(name).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENAMETOOLONG') return
      const bytes = `${Buffer.byteLength(basename(name))} bytes`
      throw new CliError(`${basename(name)}: too long for the name of a file (${bytes})`, {
        hint: 'choose a shorter --out',
        cause,
      })
    })
  }
}

/**
 * A folder that is read must not be written into: the next run would take the result for input.
 *
 * @throws {CliError} when `path` lies in the folder `input`.
 */
export function checkApart(path: string, input: string): void {
  if (!input.endsWith('/') || !`${path}/`.startsWith(input)) return
  throw new CliError(`${path}: lies in ${input}, which the run reads`, {
    hint: 'put --out and --state elsewhere',
  })
}

function whyNotWritten(code: string | undefined): string {
  if (code === 'ENOENT') return 'does not exist'
  return code === 'ENOTDIR' ? 'is a file' : `may not be written (${code})`
}
