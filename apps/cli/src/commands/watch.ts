import type { Command } from 'commander'
import { addJsonOption } from '../system/system-options.ts'
import type { WatchOptions } from '../watch/watch.ts'
import type { Perform } from '../world.ts'
import { jobCommand } from './job-command.ts'

export const watchCommand = (perform: Perform): Command =>
  jobCommand<WatchOptions>(perform, {
    name: 'watch',
    description: 'show a job until it has ended, then exit as run does',
    options: addJsonOption,
    examples: `  millrace watch                      the latest run whose state is in .millrace
  millrace watch j-4f2a               one job
  millrace watch j-4f2a --json        one JSON object a look, for programs`,
    load: async () => (await import('../watch/watch.ts')).watch,
  })
