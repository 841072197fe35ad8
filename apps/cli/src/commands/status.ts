import { Command } from 'commander'
import type { StatusOptions } from '../status/status.ts'
import { addJsonOption, addSystemOptions } from '../system/system-options.ts'
import type { Perform } from '../world.ts'

export function statusCommand(perform: Perform): Command {
  const command = new Command('status')
    .description('show what a job is and how far it is')
    .argument('[job]', 'the job, or the beginning of its name (default: the latest run)')
  return addSystemOptions(addJsonOption(command))
    .addHelpText('after', EXAMPLES)
    .action((job: string | undefined, options: StatusOptions) =>
      perform(async () => (await import('../status/status.ts')).status, {
        ...options,
        ...(job === undefined ? {} : { job }),
      }),
    )
}

const EXAMPLES = `
Examples:
  millrace status                     the latest run whose state is in .millrace
  millrace status j-4f2a --json       one job, for programs`
