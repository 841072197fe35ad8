import { ContractError } from '@millrace/job'
import { CliError } from './cli-error.ts'
import { EXIT, type ExitCode } from './exit-code.ts'

/** What a person is told of a failure. */
export interface Told {
  readonly message: string
  readonly hint: string | undefined
  readonly exitCode: ExitCode
}

/** Nothing of a bug: that is told with where it happened. */
export function toldOf(error: unknown): Told | undefined {
  if (error instanceof CliError) return error
  if (isRefusedByDisk(error)) {
    const message = `what the job has recorded cannot be written or read: ${error.message}`
    return { message, hint: ROOM, exitCode: EXIT.failed }
  }
  if (!isFailure(error)) return undefined
  const { message, code, retryable } = error
  if (code === 'job_missing') return noSuchJob(message)
  const exitCode = error instanceof ContractError ? EXIT.usage : EXIT.failed
  return { message, hint: error.hint ?? (retryable ? LOOK : undefined), exitCode }
}

/** What to do about a service that fails. */
export const LOOK = 'try again; millrace doctor tells what is missing or out of reach'

const ROOM = 'see to that disk, and free some of it where it is full; the same command continues'

/** What the embedded ledger throws out of a request, where its disk is full or fails between two looks at it. */
const isRefusedByDisk = (error: unknown): error is Error =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === 'LEVEL_IO_ERROR'

/** What every error of a package of ours has. They are told by it, since to import all would take long. */
interface Failure extends Error {
  readonly code: string
  readonly retryable: boolean
  readonly hint?: string
}

function isFailure(error: unknown): error is Failure {
  if (!(error instanceof Error)) return false
  const { code, retryable } = error as Partial<Failure>
  return typeof code === 'string' && typeof retryable === 'boolean'
}

/** As every verb says it that looks for the job itself; the ledger says `pause of job j-4f2a: job_missing`. */
function noSuchJob(message: string): Told {
  const [, job = message] = /\bjob (\S+): job_missing/.exec(message) ?? []
  return { message: `${job}: no such job`, hint: 'millrace list shows them', exitCode: EXIT.usage }
}
