import type { Command } from 'commander'
import type { StatusOptions } from '../status/status.ts'
import { addJsonOption } from '../system/system-options.ts'
import type { Perform } from '../world.ts'
import { jobCommand } from './job-command.ts'

export const statusCommand = (perform: Perform): Command =>
  jobCommand<StatusOptions>(perform, {
    name: 'status',
    description: 'show what a job is and how far it is',
    options: (command) =>
      addJsonOption(command).option(
        '--estimate <file>',
        'what `millrace estimate --json` said: shown beside what was used',
      ),
    examples: `  millrace status                     the latest run whose state is in .millrace
  millrace status j-4f2a --json       one job, for programs
  millrace status --estimate estimate.json   what was estimated, beside what was used`,
    load: async () => (await import('../status/status.ts')).status,
  })
