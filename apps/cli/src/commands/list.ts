import { Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import type { ListOptions } from '../list/list.ts'
import { addJsonOption, addSystemOptions } from '../system/system-options.ts'
import type { Perform } from '../world.ts'

export function listCommand(perform: Perform): Command {
  const command = new Command('list')
    .description('list jobs, the newest first')
    .option('--days <days>', 'jobs of the last days', wholeNumber(1, 90), 7)
  return addSystemOptions(addJsonOption(command))
    .addHelpText('after', EXAMPLES)
    .action((options: ListOptions) =>
      perform(async () => (await import('../list/list.ts')).list, options),
    )
}

const EXAMPLES = `
Examples:
  millrace list                       the runs of this folder, or the jobs of the stack
  millrace list --days 30 --json | jq -r '.[] | select(.state == "failed").jobId'`
