import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CloudError } from '@millrace/cloud'
import { jobIdOf, type JobId, type JobSpec } from '@millrace/job'
import { makeFolder } from '@millrace/storage'
import { CliError } from '../cli-error.ts'
import type { InputFile } from '../dataset/check-input.ts'
import { removeJobFolder } from '../system/job-folders.ts'
import { openHostedSystem } from '../system/local-system.ts'
import { checkStateVersion, writeStateVersion } from '../system/state-version.ts'
import type { EndpointAddress } from './endpoint-address.ts'

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
 * Names the state of a run: `.millrace/<job>` beside the result, or below `--state`. Nothing is made.
 *
 * The job's name follows from the spec, from what the input file was and from where the endpoint is, so the
 * same command is the same job, and a changed input, model, region, URL or option is another one.
 */
export function nameStateFolder(
  spec: JobSpec,
  { input, address }: { input: InputFile; address: EndpointAddress },
  stateRoot: string,
): StateFolder {
  const facts = JSON.stringify([spec, input.changedAt, input.bytes, address])
  const clientToken = `run-${createHash('sha256').update(facts).digest('hex')}`
  const jobId = jobIdOf(clientToken)
  const path = join(stateRoot, jobId)
  return {
    path,
    jobId,
    clientToken,
    ledger: join(path, 'ledger'),
    logs: join(path, 'logs'),
    workUri: `${pathToFileURL(join(path, 'work')).href}/`,
  }
}

/**
 * Makes the state of a run ready to be worked on: as it was left or, afresh, as if it had never been.
 *
 * @throws {CliError} when it is another version's, cannot be made, or is to be forgotten while a run is at
 *   work on it; nothing of it has been changed then.
 */
export async function openStateFolder(path: string, { fresh }: { fresh: boolean }): Promise<void> {
  if (!fresh) await checkStateVersion(path)
  else if (existsSync(path)) await forget(path)
  await makeFolders(path)
}

/** Whoever is at work on a state holds its ledger, so it is removed only after we have held that. */
async function forget(path: string): Promise<void> {
  try {
    await using _held = await openHostedSystem(path)
  } catch (error) {
    if (!isUnreadable(error)) throw error
  }
  await removeJobFolder(path)
}

/** A ledger that is broken is in nobody's hands, and to begin afresh is what helps. */
const isUnreadable = (error: unknown): boolean =>
  error instanceof CliError &&
  error.cause instanceof CloudError &&
  error.cause.code === 'state_unreadable'

/** Makes the folders of one job's state. */
export async function makeFolders(path: string): Promise<void> {
  await Promise.all(['ledger', 'work', 'logs'].map((name) => makeStateFolder(join(path, name))))
  await writeStateVersion(path)
}

/**
 * Nobody but the user may look into it: it holds rows, predictions and what the apps say of them.
 *
 * @throws {CliError}
 */
export async function makeStateFolder(path: string): Promise<void> {
  await makeFolder(path, 0o700).catch((cause: NodeJS.ErrnoException) => {
    throw new CliError(`${path}: cannot be made (${cause.code})`, {
      hint: 'choose another place for the state of the run with --state DIR',
      cause,
    })
  })
}
