import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { jobIdOf, type JobId, type JobSpec } from '@millrace/job'
import { makeFolder } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import type { InputFile } from '../dataset/check-input.ts'
import { checkStateVersion, writeStateVersion } from '../system/state-version.ts'

/** The folder that a run keeps, so that the same command continues it after any interruption. */
export interface StateFolder {
  readonly path: string
  readonly jobId: JobId
  readonly clientToken: string
  readonly ledger: string
  readonly logs: string
  /** Where plan and other documents of the job go, as a URI that ends in a slash. */
  readonly workUri: string
}

/**
 * Opens the state of a run: `.millrace/<job>` beside the result, or below `--state`.
 *
 * The job's name follows from the spec and from what the input file and a local model's file were, so
 * the same command is the same job, and a changed input, model or option is another one.
 */
export async function openStateFolder(
  spec: JobSpec,
  { input, model }: { input: InputFile; model: InputFile | undefined },
  options: { stateRoot: string; fresh: boolean },
): Promise<StateFolder> {
  const facts = JSON.stringify([spec, input.changedAt, input.bytes, model])
  const clientToken = `run-${createHash('sha256').update(facts).digest('hex')}`
  const jobId = jobIdOf(clientToken)
  const path = join(options.stateRoot, jobId)
  if (options.fresh) await rm(path, { recursive: true, force: true })
  await checkStateVersion(path)
  await makeFolders(path)
  return {
    path,
    jobId,
    clientToken,
    ledger: join(path, 'ledger'),
    logs: join(path, 'logs'),
    workUri: `${pathToFileURL(join(path, 'work')).href}/`,
  }
}

/** Makes the folders of one job's state. */
export async function makeFolders(path: string): Promise<void> {
  await Promise.all(['ledger', 'work', 'logs'].map((name) => makeStateFolder(join(path, name))))
  await writeStateVersion(path)
}

/** @throws {CliError} */
export async function makeStateFolder(path: string): Promise<void> {
  await makeFolder(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(`${path}: cannot be made (${cause.code})`, {
      hint: 'choose another place for the state of the run with --state DIR',
      cause,
    })
  })
}
