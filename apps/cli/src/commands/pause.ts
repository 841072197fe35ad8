import { Command } from 'commander'
import { jobName } from '../arguments.ts'
import { saying } from '../saying.ts'
import { addSystemOptions } from '../system/system-options.ts'
import type { ControlOptions } from '../control/control-options.ts'
import type { Perform } from '../world.ts'
import { JOB } from './job-argument.ts'

export function pauseCommand(perform: Perform): Command {
  const command = new Command('pause')
    .description('invoke nothing more of a job until it is resumed')
    .argument('[job]', JOB, jobName)
  return addSystemOptions(command)
    .addHelpText('after', NOTES)
    .action((job: string | undefined, options: Omit<ControlOptions, 'job'>) =>
      perform(async () => saying((await import('../control/pause.ts')).pause), {
        ...options,
        ...(job === undefined ? {} : { job }),
      }),
    )
}

const NOTES = `
Invocations under way are let finish and recorded. Every consumer follows within seconds. The job's
messages leave the queue; millrace resume publishes what is missing again. A pause may last
as long as the job is kept: the retention of the stack (90 days by default), counted from its submission.`
