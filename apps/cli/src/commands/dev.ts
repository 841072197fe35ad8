import { Command } from 'commander'
import { limits } from '@millrace/job'
import { folderName, wholeNumber } from '../arguments.ts'
import type { DevOptions } from '../dev/dev.ts'
import type { Perform } from '../world.ts'
import { addEndpointOptions } from './endpoint-options.ts'

export function devCommand(perform: Perform): Command {
  const command = new Command('dev')
    .description('a whole system on this machine, left running: queues, table, store and apps')
    .option('--state <folder>', 'where ledger, plans and logs lie', folderName, '.millrace-dev')
    .option('--port <number>', 'port of SQS and S3 (default: a free one)', wholeNumber(1, 65_535))
    .option('--bucket <name...>', 'S3 buckets to begin with', ['millrace'])
    .option(
      '--concurrency <count>',
      'invocations in flight at most',
      wholeNumber(1, limits.concurrencyMax),
      limits.concurrencyDefault,
    )
    .option('--consumers <count>', 'consumer processes', wholeNumber(1, 64), 1)
  return addEndpointOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((options: DevOptions) =>
      perform(async () => (await import('../dev/dev.ts')).dev, options),
    )
}

const EXAMPLES = `
Examples:
  millrace dev --local-model model.json        no AWS account is needed
  millrace dev --region eu-west-1              local queues and table, your real endpoint`
