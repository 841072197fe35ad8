import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { besideResult, exportIdOf, type Job } from '@millrace/job'
import { fileUri } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import { makeExport } from '../local/make-export.ts'
import type { LocalApps } from '../local/start-apps.ts'
import type { System } from '../system/system.ts'

/** A job that has succeeded, where its result belongs, and what an aggregator needs to write it. */
export interface ToWrite {
  readonly job: Job
  readonly resultPath: string
  readonly apps: LocalApps
  readonly system: System
  readonly logs: string
}

/**
 * Writes the files of a job again from what it has recorded; nothing is invoked.
 *
 * It is an export of the job as it is. No export may write over its job's own result, so it is made in a
 * folder beside that and moved from there. The manifest is moved last: until it is there, nothing vouches
 * for what lies beside it, and the same command does all of this once more.
 *
 * @throws {CliError} when the rows that it takes from the dataset are not there any more, for one.
 */
export async function writeAgain(wanted: ToWrite, signal: AbortSignal): Promise<void> {
  const { job, resultPath } = wanted
  const folder = await mkdtemp(join(dirname(resultPath), '.millrace-'))
  try {
    const made = join(folder, basename(resultPath))
    await exportTo(made, wanted, signal)
    await putInPlace(made, resultPath, job)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function exportTo(
  path: string,
  { job, apps, system, logs }: ToWrite,
  signal: AbortSignal,
): Promise<void> {
  const { jobId, spec } = job
  const output = { ...spec.output, uri: fileUri(path) }
  const about = { jobId, exportId: exportIdOf(randomUUID()), decision: spec.decision, output }
  const createdAt = Math.floor(Date.now() / 1_000)
  const app = { ...apps, allowed: { ...apps.allowed, results: output.uri } }
  const asked = { ...about, state: 'requested', createdAt } as const
  const ended = await makeExport(system, asked, { here: { app, logs } }, signal)
  if (ended.state !== 'failed') return
  const { message: reason, code } = ended.failure ?? {}
  throw new CliError(`the result cannot be written again: ${reason} (${code})`, {
    hint: '--fresh scores everything again',
    exitCode: EXIT.failed,
  })
}

/** Moves the files to their names, in the order in which a job writes them. */
async function putInPlace(made: string, resultPath: string, { spec }: Job): Promise<void> {
  const from = { result: made, ...besideResult(made) }
  const to = { result: resultPath, ...besideResult(resultPath) }
  const manifest = JSON.parse(await readFile(from.manifest, 'utf8')) as MadeManifest
  const outputs = manifest.outputs.map((file) => ({
    ...file,
    uri: fileUri(join(dirname(resultPath), basename(fileURLToPath(file.uri)))),
  }))
  // What vouches for the files names them where they lie from now on.
  const moved = { ...manifest, spec, outputs }
  await writeFile(from.manifest, `${JSON.stringify(moved, null, 2)}\n`)
  await rename(from.errors, to.errors).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    await rm(to.errors, { force: true })
  })
  await rename(from.result, to.result)
  await rename(from.report, to.report)
  await rename(from.manifest, to.manifest)
}

interface MadeManifest {
  readonly outputs: readonly { readonly uri: string }[]
}
