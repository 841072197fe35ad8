import type { JobSpec } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import type { Found } from './search.ts'

/** Why not one cell has a rate, and what to do about it. */
export function nothingKnown(
  { cells }: Found,
  { endpoint: { name } }: Pick<JobSpec, 'endpoint'>,
  seconds: number,
): CliError {
  const throttled = cells.some(({ kind }) => kind === 'throttled')
  const refused = cells.find(({ kind }) => kind === 'refused')
  const failed = cells.find(({ kind }) => kind === 'failed')
  if (throttled) {
    return failure(
      `${name} throttles even one invocation at a time`,
      'others use it up: try again later, or with more --seconds',
    )
  }
  if (failed !== undefined) {
    return failure(
      `${name} answered not one batch that was tried (${failed.reason})`,
      'millrace run with some of the rows lists those that it refuses, and why',
    )
  }
  if (refused !== undefined) {
    return failure(
      `${name} takes not even ${refused.rows} rows at once`,
      'they are too large, or take longer than a minute: --include leaves out columns that are not needed',
    )
  }
  return failure(
    `${name}: no second answer came within ${seconds} s`,
    '--seconds gives it more time',
  )
}

const failure = (message: string, hint: string): CliError =>
  new CliError(message, { hint, exitCode: EXIT.failed })
