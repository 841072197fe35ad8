import { Command } from 'commander'
import { jobName } from '../arguments.ts'
import { saying } from '../saying.ts'
import { addSystemOptions } from '../system/system-options.ts'
import type { ControlOptions } from '../control/control-options.ts'
import type { Perform } from '../world.ts'

export function cancelCommand(perform: Perform): Command {
  const command = new Command('cancel')
    .description('end a job for good, without a result')
    // Named always: what cannot be undone is not done to whatever comes first.
    .argument('<job>', 'the job, or the beginning of its name', jobName)
  return addSystemOptions(command)
    .addHelpText('after', NOTES)
    .action((job: string, options: Omit<ControlOptions, 'job'>) =>
      perform(async () => saying((await import('../control/cancel.ts')).cancel), {
        ...options,
        job,
      }),
    )
}

const NOTES = `
Invocations under way end within seconds to a minute, no other is begun, and the job's messages are deleted
as they come. What was recorded stays recorded. A job that may go on later is paused instead.`
