import { deadlineFrom } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { when } from '../show/when.ts'

/**
 * The moment that a deadline says, in seconds since the epoch, for who sets one now.
 *
 * @throws {CliError} when it has passed.
 */
export function comingMoment(deadline: string, now = Math.floor(Date.now() / 1_000)): number {
  const moment = deadlineFrom(deadline, now)
  if (moment !== undefined && moment > now) return moment
  throw new CliError(`--deadline ${deadline}: has passed; it is ${when(now)}`, {
    hint: 'name a time from now, such as 4h',
  })
}
