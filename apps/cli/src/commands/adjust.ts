import { Command, InvalidArgumentError, Option } from 'commander'
import { limits } from '@millrace/job'
import { percent, wholeNumber } from '../arguments.ts'
import { addSystemOptions } from '../system/system-options.ts'
import type { AdjustOptions } from '../control/adjust.ts'
import type { Perform } from '../world.ts'

export function adjustCommand(perform: Perform): Command {
  const command = new Command('adjust')
    .description('change the concurrency or the tolerance of a job that has not ended')
    .argument('[job]', 'the job, or the beginning of its name (default: the latest run)')
    .option(
      '--concurrency <count>',
      'invocations of the job in flight at most, all consumers together',
      wholeNumber(1, limits.concurrencyMax),
    )
    .addOption(
      new Option(
        '--failed-rows-max <count>',
        'rows that may fail before the job does, or none for no limit',
      ).argParser(orNone(wholeNumber(0, Number.MAX_SAFE_INTEGER))),
    )
    .addOption(
      new Option(
        '--failed-rows-percent-max <percent>',
        'rows in a hundred that may fail before the job does, or none for no limit',
      ).argParser(orNone(percent)),
    )
  return addSystemOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((job: string | undefined, options: Omit<AdjustOptions, 'job'>) =>
      perform(async () => (await import('../control/adjust.ts')).adjust, {
        ...options,
        ...(job === undefined ? {} : { job }),
      }),
    )
}

function orNone(read: (text: string) => number): (text: string) => number | 'none' {
  return (text) => {
    if (text === 'none') return text
    try {
      return read(text)
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message.replace(/\.$/, ', or none.'))
    }
  }
}

const EXAMPLES = `
Examples:
  millrace adjust j-4f2a --concurrency 8                 gentler to an endpoint that others use
  millrace adjust j-4f2a --failed-rows-percent-max 2
  millrace adjust j-4f2a --failed-rows-max none

Every consumer follows within seconds. What is not named stays as it is.`
