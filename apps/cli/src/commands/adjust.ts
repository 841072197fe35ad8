import { Command } from 'commander'
import { limits } from '@millrace/job'
import { deadline, jobName, wholeNumber } from '../arguments.ts'
import { saying } from '../saying.ts'
import { addSystemOptions } from '../system/system-options.ts'
import type { AdjustOptions } from '../control/adjust.ts'
import type { Perform } from '../world.ts'
import { addToleranceOptions } from './tolerance-options.ts'
import { JOB } from './job-argument.ts'

export function adjustCommand(perform: Perform): Command {
  const command = new Command('adjust')
    .description(
      'change the concurrency, the tolerance or the deadline of a job that has not ended',
    )
    .argument('[job]', JOB, jobName)
    .option(
      '--concurrency <count>',
      'invocations of the job in flight at most, all consumers together',
      wholeNumber(1, limits.concurrencyMax),
    )
    .option(
      '--deadline <time>',
      'when it is to have ended: 90m, 4h or 2d from now, or 2026-12-01T06:00:00Z',
      deadline,
    )
  return addSystemOptions(addToleranceOptions(command))
    .addHelpText('after', EXAMPLES)
    .action((job: string | undefined, options: Omit<AdjustOptions, 'job'>) =>
      perform(async () => saying((await import('../control/adjust.ts')).adjust), {
        ...options,
        ...(job === undefined ? {} : { job }),
      }),
    )
}

const EXAMPLES = `
Examples:
  millrace adjust j-4f2a --concurrency 8                 gentler to an endpoint that others use
  millrace adjust j-4f2a --failed-rows-percent-max 2
  millrace adjust j-4f2a --failed-rows-max none
  millrace adjust j-4f2a --deadline 8h                   it may take until then

Every consumer follows within seconds. What is not named stays as it is.`
