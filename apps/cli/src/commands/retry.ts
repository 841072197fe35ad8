import { Command, Option } from 'commander'
import { limits } from '@millrace/job'
import { deadline, fileName, jobName, wholeNumber } from '../arguments.ts'
import { CONSUMERS, type RetryOptions } from '../retry/retry-options.ts'
import { addJsonOption, addStateOption } from '../system/system-options.ts'
import { repeated } from '../usage-error.ts'
import type { Perform } from '../world.ts'
import { addEndpointOptions, addTemporaryOptions } from './endpoint-options.ts'
import { addToleranceOptions } from './tolerance-options.ts'
import { JOB } from './job-argument.ts'

export function retryCommand(perform: Perform): Command {
  const command = new Command('retry')
    .description('invoke again only what failed of a job that has ended, and merge')
    .argument('[job]', JOB, jobName)
    .addOption(
      repeated(
        new Option(
          '--reason <code>',
          'only rows that failed for this reason; said again, for that one too',
        ).argParser(collect),
      ),
    )
    .option(
      '-o, --out <file>',
      'the merged result (default: in place of that of the job)',
      fileName,
    )
  addToleranceOptions(command)
    .option(
      '--deadline <time>',
      'when it is to have ended: 90m, 4h or 2d from now, or 2026-12-01T06:00:00Z',
      deadline,
    )
    .option('--watch', 'show the retry of a stack until it has ended', false)
  addJsonOption(command).optionsGroup('This machine:')
  addStateOption(command)
    .option(
      '--concurrency <count>',
      `invocations in flight at most (default: ${limits.concurrencyDefault})`,
      wholeNumber(1, limits.concurrencyMax),
    )
    .option('--consumers <count>', `consumer processes (default: ${CONSUMERS})`, wholeNumber(1, 64))
    .option('-q, --quiet', 'no progress', false)
  return addTemporaryOptions(
    addEndpointOptions(command)
      .option('--endpoint <name>', 'another endpoint (default: that of the job)')
      .option(
        '--inference-component <name>',
        'the one to invoke, of an endpoint that hosts several (default: that of the job)',
      ),
  )
    .addHelpText('after', EXAMPLES)
    .action((job: string | undefined, typed: Omit<RetryOptions, 'job'>) => {
      const options: RetryOptions = { ...typed, ...(job === undefined ? {} : { job }) }
      return perform(async () => (await import('../retry/retry.ts')).retry, options)
    })
}

const collect = (code: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  code,
]

const EXAMPLES = `
Rows that were never scored, of a job that failed or was cancelled, are always scored. Examples:
  millrace retry                                       every failed row of the latest run
  millrace retry j-4f2a --reason rows_rejected         the reasons are in the errors file
  millrace retry j-4f2a --endpoint churn-v4            through another endpoint
  millrace retry j-4f2a -o mended.csv --watch
  millrace retry j-4f2a --failed-rows-max none         of a job that tolerated too few

Exit codes: 0 all rows predicted, 3 some rows failed, 1 no result or nothing to retry, 2 wrong use, 130 interrupted.`
