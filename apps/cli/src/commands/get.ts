import { Command, Option } from 'commander'
import { jobName, wholeNumber } from '../arguments.ts'
import type { GetOptions } from '../get/get.ts'
import { addJsonOption, addSystemOptions } from '../system/system-options.ts'
import type { Perform } from '../world.ts'
import { JOB } from './job-argument.ts'

/** Rows of the largest dataset that a plan can hold. */
const ROW_MAX = Number.MAX_SAFE_INTEGER
const COUNT_MAX = 1_000_000_000

export function getCommand(perform: Perform): Command {
  const command = new Command('get')
    .description('look rows of a job up, while it runs and afterwards')
    .argument('[job]', JOB, jobName)
    .option('--row <number>', 'the first row, counted from 0', wholeNumber(0, ROW_MAX))
    .option('--count <rows>', 'how many rows from there on (default: 1)', wholeNumber(1, COUNT_MAX))
    .addOption(
      new Option('--where-failed', 'every failed row, with its reason')
        .default(false)
        .conflicts('row'),
    )
  return addSystemOptions(addJsonOption(command))
    .addHelpText('after', EXAMPLES)
    .action((job: string | undefined, options: GetOptions) =>
      perform(async () => (await import('../get/get.ts')).get, {
        ...options,
        ...(job === undefined ? {} : { job }),
      }),
    )
}

const EXAMPLES = `
Examples:
  millrace get                              the first 81,920 rows are final, of 120,000 (running)
  millrace get --row 4711                   4711  0.9531221389770508
  millrace get j-4f2a --row 0 --count 100 --json
  millrace get j-4f2a --where-failed        row and reason of each failed row

Exit codes: 0 all of it is predicted, 3 a row has failed or is not there yet, 2 wrong use.`
