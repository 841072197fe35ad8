import { Command } from 'commander'
import { jobName } from '../arguments.ts'
import { saying } from '../saying.ts'
import { addSystemOptions } from '../system/system-options.ts'
import type { ControlOptions } from '../control/control-options.ts'
import type { Perform } from '../world.ts'
import { JOB } from './job-argument.ts'

export function resumeCommand(perform: Perform): Command {
  const command = new Command('resume')
    .description('go on with a paused job where it was')
    .argument('[job]', JOB, jobName)
  return addSystemOptions(command).action(
    (job: string | undefined, options: Omit<ControlOptions, 'job'>) =>
      perform(async () => saying((await import('../control/resume.ts')).resume), {
        ...options,
        ...(job === undefined ? {} : { job }),
      }),
  )
}
