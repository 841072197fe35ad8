import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CloudError } from '@millrace/cloud'
import { besideResult, type JobId } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { realPlace } from '../dataset/check-output.ts'
import { nearPath } from '../show/near-path.ts'
import { isAlive } from '../system/is-alive.ts'
import { openHostedSystem } from '../system/local-system.ts'

/** Who is about to write a result. */
interface Claim {
  readonly jobId: JobId
  readonly pid: number
}

/**
 * Claims the place of a result among the runs of a folder until it is disposed of: of two that write to it at once,
 * the last would take what the first has told of, without a word. The place is that of its manifest, whatever links
 * lead there: `scores.csv` and `scores.parquet` have one.
 *
 * @param path that of the result.
 * @throws {CliError} while another run is at work that writes there.
 */
export async function claimResult(
  stateRoot: string,
  { path, jobId }: { readonly path: string; readonly jobId: JobId },
): Promise<AsyncDisposable> {
  const { manifest } = besideResult(path)
  const real = join(await realPlace(dirname(path)), basename(manifest))
  const place = createHash('sha256').update(real).digest('hex').slice(0, 32)
  const note = join(stateRoot, `result-${place}`)
  const claim: Claim = { jobId, pid: process.pid }
  for (;;) {
    const isOurs = await writeFile(note, JSON.stringify(claim), { flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
        throw new CliError(`${nearPath(stateRoot)}: may not be written (${error.code})`, {
          hint: 'choose another folder with --state',
          cause: error,
        })
      },
    )
    if (isOurs) return { [Symbol.asyncDispose]: () => rm(note, { force: true }) }
    const other = await readClaim(note)
    if (other !== undefined && (await isAtWork(stateRoot, note, other))) {
      // A run of the same job is held off by its ledger.
      if (other.jobId === jobId) return { [Symbol.asyncDispose]: async () => {} }
      throw new CliError(`${nearPath(path)}: the run ${other.jobId} is at work, and writes it`, {
        hint: 'choose another with --out, or wait for its end',
      })
    }
    // Of a run that was killed it is left.
    await rm(note, { force: true })
  }
}

/** Between its claim and its ledger a run takes less. */
const BEGINS_MS = 60_000

/**
 * Whether a run holds its ledger, or is about to. Its process alone says little: in a container each run has the
 * number of the one before, and after a reboot another process may have it.
 */
async function isAtWork(stateRoot: string, note: string, { jobId, pid }: Claim): Promise<boolean> {
  const { mtimeMs } = await stat(note).catch(() => ({ mtimeMs: 0 }))
  const isNew = Date.now() - mtimeMs < BEGINS_MS
  if (isNew && pid !== process.pid && isAlive(pid)) return true
  const folder = join(stateRoot, jobId)
  if (!existsSync(folder)) return false
  try {
    await using _held = await openHostedSystem(folder)
    return false
  } catch (error) {
    const { cause } = error as CliError
    return !(cause instanceof CloudError) || cause.code === 'state_in_use'
  }
}

async function readClaim(note: string): Promise<Claim | undefined> {
  const text = await readFile(note, 'utf8').catch(() => '')
  try {
    return JSON.parse(text) as Claim
  } catch {
    return undefined
  }
}
