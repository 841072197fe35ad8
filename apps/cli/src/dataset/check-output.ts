import { constants } from 'node:fs'
import { access, mkdtemp, realpath, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { besideResult, withoutCompression } from '@millrace/job'
import { isOwnDescriptor } from './check-input.ts'
import { CliError } from '../cli-error.ts'
import { endingOf } from '../spec/format-by-name.ts'

/** Where the result goes when nobody says: beside nothing else, in the folder the user is in. */
export function defaultOut(data: string, output: Parameters<typeof endingOf>[0] = {}): string {
  if (data === '-') return '-'
  const plain = withoutCompression(basename(data))
  return `${basename(plain, extname(plain))}.predictions${endingOf(output)}`
}

/** What a job reads on this machine. */
export interface ReadByJob {
  /** A folder's path ends in a slash; in S3 it is the URI. */
  readonly input: string
  /** That an endpoint of this machine serves. */
  readonly model?: string | undefined
}

/**
 * Looks at the place of the result before an hour is spent on it.
 *
 * @throws {CliError} when nothing can be put there, or when it or what is written beside it is what
 *   the job reads.
 */
export async function checkOutput(out: string, read: ReadByJob): Promise<string> {
  const path = resolve(out)
  await refuseOver(out, 'input', read.input)
  if (read.model !== undefined) await refuseOver(out, 'model', read.model)
  await checkApart(path, read.input)
  await checkLengths(path)
  await checkTarget(out, 'result.csv')
  return path
}

async function refuseOver(out: string, what: 'input' | 'model', read: string): Promise<void> {
  const path = resolve(out)
  if (await isSame(path, read)) {
    throw new CliError(`${out}: is the ${what} itself`, { hint: 'choose another --out' })
  }
  for (const beside of Object.values(besideResult(path))) {
    if (!(await isSame(beside, read))) continue
    throw new CliError(`${out}: the run would write over its ${what} ${basename(read)}`, {
      hint: 'choose another --out',
    })
  }
}

/** By what lies there: with a link, or on a disk to which small letters are as large ones, a file has two names. */
export async function isSame(one: string, other: string): Promise<boolean> {
  if (one === other) return true
  const look = (path: string) => stat(path, { bigint: true }).catch(() => undefined)
  const [first, second] = await Promise.all([look(one), look(other)])
  return first !== undefined && first.dev === second?.dev && first.ino === second.ino
}

/**
 * Looks at a place that a file is to be moved to: a device or a pipe would be no more, and who reads the pipe
 * would wait for ever.
 *
 * @param example what a file is called there, for who names a folder.
 * @throws {CliError} when something else than a file lies there, or nothing can be made in its folder.
 */
export async function checkTarget(out: string, example: string): Promise<void> {
  const path = resolve(out)
  const existing = await stat(path).catch(() => undefined)
  if (existing?.isDirectory() === true) {
    throw new CliError(`${out}: is a directory, wanted a file`, {
      hint: `for example --out ${out.replace(/\/?$/, '/')}${example}`,
    })
  }
  if (out.endsWith('/')) {
    throw new CliError(`${out}: names a folder, wanted a file`, {
      hint: `for example --out ${out}${example}, when the folder is there`,
    })
  }
  if (existing?.isFile() === false || isOwnDescriptor(path)) {
    throw new CliError(`${out}: is no regular file, and would be replaced by one`, {
      hint: 'name a file; of run and report, --out - is standard output',
    })
  }
  // With the slash, a file in the folder's place is told too.
  await access(`${dirname(path)}/`, constants.W_OK).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(`${out}: its folder ${whyNotWritten(cause.code)}`, { cause })
  })
  await checkMakes(out, dirname(path))
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
 * @throws {CliError} when `path` lies in the folder `input`, whatever links lead there.
 */
export async function checkApart(path: string, input: string): Promise<void> {
  if (!input.endsWith('/') || input.startsWith('s3://')) return
  const [place, folder] = await Promise.all([realPlace(path), realPlace(input)])
  if (!`${place}/`.startsWith(folder.replace(/\/?$/, '/'))) return
  throw new CliError(`${path}: lies in ${input}, which the run reads`, {
    hint: 'put --out and --state elsewhere',
  })
}

/** With each link followed, as far as there is anything. */
export async function realPlace(path: string): Promise<string> {
  return await realpath(path).catch(async () =>
    dirname(path) === path ? path : join(await realPlace(dirname(path)), basename(path)),
  )
}

function whyNotWritten(code: string | undefined): string {
  if (code === 'ENOENT') return 'does not exist'
  return code === 'ENOTDIR' ? 'is a file' : `may not be written (${code})`
}
