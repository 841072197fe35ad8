import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobId } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { nearPath } from '../show/near-path.ts'
import { isAlive } from '../system/is-alive.ts'

/** Who is about to write a result. */
interface Claim {
  readonly jobId: JobId
  readonly pid: number
}

/**
 * Claims the place of a result among the runs of a folder until it is disposed of: of two that write to it at once,
 * the last would take what the first has told of, without a word.
 *
 * @param path that of the result.
 * @throws {CliError} while another run is at work that writes there.
 */
export async function claimResult(
  stateRoot: string,
  { path, jobId }: { readonly path: string; readonly jobId: JobId },
): Promise<AsyncDisposable> {
  const place = createHash('sha256').update(path).digest('hex').slice(0, 32)
  const note = join(stateRoot, `result-${place}`)
  const claim: Claim = { jobId, pid: process.pid }
  for (;;) {
    const isOurs = await writeFile(note, JSON.stringify(claim), { flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
        return false
      },
    )
    if (isOurs) return { [Symbol.asyncDispose]: () => rm(note, { force: true }) }
    const other = await readClaim(note)
    if (other !== undefined && isAlive(other.pid)) {
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

async function readClaim(note: string): Promise<Claim | undefined> {
  const text = await readFile(note, 'utf8').catch(() => '')
  try {
    return JSON.parse(text) as Claim
  } catch {
    return undefined
  }
}
