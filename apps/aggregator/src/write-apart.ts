import { setTimeout as sleep } from 'node:timers/promises'
import { resultNames } from '@millrace/job'
import { StorageError, type Storage } from '@millrace/storage'
import type { ResultSummary } from './aggregate-job.ts'
import { fenced, type FencedFiles } from './fence.ts'
import { isErrorsFile } from './files/errors-file.ts'
import { keepOtherResult } from './files/keep-other-result.ts'
import { type Deps, type ResultWanted, writeResult } from './write-result.ts'

/** From the first file that is shown to the manifest, when all are written: some requests. */
const BETWEEN_FILES_MS = 2_000
/** Whoever has harmed the files is refused from then on; others may come, but not without end. */
const TRIES_MAX = 3

/**
 * Writes a result, fenced, and in no place of another: `scores.csv` and `scores.parquet` have one manifest, one file
 * of errors and one report.
 *
 *     ┌──▶ another's manifest? ──▶ write, unseen ──▶ another's manifest? ──▶ show a file, the manifest last
 *     │                                                     ▲                     │             │
 *     │                                                     └─────────────────────┘             ▼
 *     └───── the manifest is ours still, and not all that it vouches for ◀── a moment later, look once more
 *
 * The manifest takes the place of what was looked at alone: of two at once one has it, and the other is told so.
 * In a process they take turns. In two, the one that is told may have put its errors or report over those of the
 * other by then, which therefore looks once more. Only what is on its way still at that moment comes later.
 *
 * @param mayWrite false when another has taken over.
 * @throws {OutputError} `output_taken`
 */
export async function writeApart(
  storage: Storage,
  deps: Omit<Deps, keyof FencedFiles>,
  mayWrite: (signal: AbortSignal) => Promise<boolean>,
  wanted: ResultWanted,
  signal: AbortSignal,
): Promise<ResultSummary> {
  const { manifest, errors, report } = resultNames(wanted.spec.output)
  const keepOther = keepOtherResult(storage, wanted.spec)
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    await keepOther(signal)
    const files = fenced(storage, async (aborted) => {
      if (!(await mayWrite(aborted))) return false
      await keepOther(aborted) // The last before the write.
      return true
    })
    const remove = async (uri: string, aborted: AbortSignal): Promise<void> => {
      const isOurs = await isErrorsFile(storage, uri, aborted)
      await (isOurs ? files.remove(uri, aborted) : files.leave(uri, aborted))
    }
    const summary = await writeResult({ ...deps, ...files, remove }, wanted, signal)
    const isAsLeft = (uri: string): Promise<boolean> => files.isAsLeft(uri, signal)
    const isWhole = async () => (await Promise.all([errors, report].map(isAsLeft))).every(Boolean)
    for (const waitsMs of [BETWEEN_FILES_MS * (1 + Math.random()), 0]) {
      if (!(await isAsLeft(manifest))) {
        // A file system compares before it replaces: two may have done both at once.
        await keepOther(signal)
        return summary // A later result of the same name vouches for itself.
      }
      if (await isWhole()) return summary
      // Whoever is between its files and its manifest has been refused a moment later, or has it.
      await sleep(waitsMs, undefined, { signal })
    }
  }
  throw new StorageError('conflict', 'write', manifest, 'others write beside it without end')
}
