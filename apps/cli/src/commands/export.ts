import { Command } from 'commander'
import { fileName, jobName } from '../arguments.ts'
import type { ExportOptions } from '../export/export.ts'
import { resultOptions } from '../spec/result-options.ts'
import { partSpec } from '../spec/spec-options.ts'
import { addJsonOption, addSystemOptions } from '../system/system-options.ts'
import type { Perform } from '../world.ts'
import { JOB } from './job-argument.ts'

export function exportCommand(perform: Perform): Command {
  const settings = resultOptions('--format')
  const command = new Command('export')
    .description('make another result from the recorded predictions, without one invocation')
    .argument('[job]', JOB, jobName)
    .option(
      '-o, --out <file>',
      'the result: a path, or a URI that the stack may write (default: beside that of the job)',
      fileName,
    )
  for (const { option } of settings) command.addOption(option)
  return addSystemOptions(addJsonOption(command))
    .addHelpText('after', EXAMPLES)
    .action((job: string | undefined, typed: Omit<ExportOptions, 'job' | 'spec'>) => {
      const { spec, rest } = partSpec(typed, settings)
      const options: ExportOptions = { ...rest, spec, ...(job === undefined ? {} : { job }) }
      return perform(async () => (await import('../export/export.ts')).exportJob, options)
    })
}

const EXAMPLES = `
What is not said is as in the job. Examples:
  millrace export --threshold 0.3                            the latest run, with another threshold
  millrace export j-4f2a --join id,amount -o scored.parquet  for those who read Parquet
  millrace export j-4f2a --threshold 0.3 --threshold 0.5     a column for each

Exit codes: 0 all rows predicted, 3 some rows failed, 1 no result, 2 wrong use.`
