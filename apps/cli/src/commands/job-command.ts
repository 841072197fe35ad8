import { Command } from 'commander'
import { jobName } from '../arguments.ts'
import { addSystemOptions } from '../system/system-options.ts'
import type { Act, Perform } from '../world.ts'
import { JOB } from './job-argument.ts'

/** A verb on one job: its name as argument, and the options that tell where jobs are. */
export interface JobVerb<Options> {
  readonly name: string
  readonly description: string
  readonly examples: string
  /** Adds the options of this verb alone. */
  readonly options?: (command: Command) => Command
  readonly load: () => Promise<Act<Options>>
}

/** The options of every verb that takes a job. */
export interface JobArgument {
  readonly job?: string
}

export function jobCommand<Options extends JobArgument>(
  perform: Perform,
  { name, description, examples, options = (command) => command, load }: JobVerb<Options>,
): Command {
  const command = new Command(name).description(description).argument('[job]', JOB, jobName)
  return addSystemOptions(options(command))
    .addHelpText('after', `\nExamples:\n${examples}`)
    .action((job: string | undefined, typed: Options) =>
      perform(load, job === undefined ? typed : { ...typed, job }),
    )
}
