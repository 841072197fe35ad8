import { Command, Option } from 'commander'
import { jobName, wholeNumber } from '../arguments.ts'
import type { DlqOptions } from '../dlq/dlq-options.ts'
import type { DiscardOptions } from '../dlq/discard.ts'
import type { RedriveOptions } from '../dlq/redrive.ts'
import type { ShowOptions } from '../dlq/show.ts'
import { addJsonOption, addSystemOptions } from '../system/system-options.ts'
import type { Perform } from '../world.ts'

export function dlqCommand(perform: Perform): Command {
  return new Command('dlq')
    .description('see and treat messages that no attempt could process')
    .addCommand(listCommand(perform))
    .addCommand(showCommand(perform))
    .addCommand(redriveCommand(perform))
    .addCommand(discardCommand(perform))
}

function listCommand(perform: Perform): Command {
  return addSelection(
    new Command('list').description('what is there, grouped by code and job'),
  ).action((job: string | undefined, options: DlqOptions) =>
    perform(async () => (await import('../dlq/list.ts')).list, withJob(job, options)),
  )
}

function showCommand(perform: Perform): Command {
  const command = new Command('show')
    .description('each message with its reason and evidence, and the rows that a batch points to')
    .option('--rows <count>', 'rows of each batch that are shown', wholeNumber(0, 1_000), 3)
  return addSelection(command).action((job: string | undefined, options: ShowOptions) =>
    perform(async () => (await import('../dlq/show.ts')).show, withJob(job, options)),
  )
}

function redriveCommand(perform: Perform): Command {
  const command = new Command('redrive')
    .description('publish messages again, with all their attempts before them')
    .option('--rate <messages>', 'messages a second, at most', wholeNumber(1, 10_000), 50)
  return addSelection(command)
    .addHelpText('after', REDRIVE_EXAMPLES)
    .action((job: string | undefined, options: RedriveOptions) =>
      perform(async () => (await import('../dlq/redrive.ts')).redrive, withJob(job, options)),
    )
}

function discardCommand(perform: Perform): Command {
  const command = new Command('discard')
    .description(
      'delete messages for good; a batch that is missing is published again all the same',
    )
    .option('--all', 'those of every code and job', false)
  return addSelection(command).action((job: string | undefined, options: DiscardOptions) =>
    perform(async () => (await import('../dlq/discard.ts')).discard, withJob(job, options)),
  )
}

function withJob<Options extends DlqOptions>(job: string | undefined, options: Options): Options {
  return job === undefined ? options : { ...options, job }
}

function addSelection(command: Command): Command {
  return addSystemOptions(
    addJsonOption(
      command
        .argument('[job]', 'only messages of this job, or - for those that name none', jobName)
        .addOption(
          new Option('--queue <name>', 'the dead-letter queue of jobs, batches or completions')
            .choices(['jobs', 'batches', 'completions'])
            .default('batches'),
        )
        .option('--code <code>', 'only messages set aside for this reason')
        .option('--max <count>', 'messages looked at, at most', wholeNumber(1, 10_000), 1_000),
    ),
  )
}

const REDRIVE_EXAMPLES = `
Examples:
  millrace dlq redrive --code attempts_exhausted --rate 20
  millrace dlq redrive j-4f2a --max 1                       one, to see whether it passes now`
