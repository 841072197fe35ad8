import { Command, Option } from 'commander'
import { httpUrl } from '../arguments.ts'
import type { DoctorOptions } from '../doctor/doctor-options.ts'
import { partSpec } from '../spec/spec-options.ts'
import { addJsonOption, addSystemOptions } from '../system/system-options.ts'
import type { Perform } from '../world.ts'

export function doctorCommand(perform: Perform): Command {
  const command = new Command('doctor')
    .description('look at all that a run or a stack needs, and say what to do about it')
    .addOption(
      new Option('--endpoint <name>', 'the SageMaker endpoint that is wanted').env(
        'MILLRACE_ENDPOINT',
      ),
    )
    .option('--endpoint-url <url>', 'where the endpoint is reached, instead of AWS', httpUrl)
    .option('--probe <row>', 'invoke the endpoint once with this row, such as 4,1,1500')
    .addOption(
      new Option(
        '-f, --file <spec>',
        'a job spec, whose dataset, result and endpoint are looked at',
      ).env('MILLRACE_SPEC'),
    )
  return addSystemOptions(addJsonOption(command))
    .addHelpText('after', EXAMPLES)
    .action((typed: Omit<DoctorOptions, 'spec'>) => {
      const { spec, rest } = partSpec(typed)
      return perform(async () => (await import('../doctor/doctor.ts')).doctor, { ...rest, spec })
    })
}

const EXAMPLES = `
Examples:
  millrace doctor                               this machine, or the stack that the environment names
  millrace doctor -f millrace.yaml              and what this job would read, invoke and write
  millrace doctor --endpoint churn-v3 --probe 4,1,1500

Nothing is written, and nothing is invoked without --probe. Exit codes: 0 nothing has failed, though there may
be warnings; 1 something has; 2 wrong use.`
