import { Command } from 'commander'
import { addSpecOptions, partSpec } from '../spec/spec-options.ts'
import type { SubmitOptions } from '../submit/submit.ts'
import { addJsonOption, addRegionOption } from '../system/system-options.ts'
import type { Perform } from '../world.ts'

type Typed = Omit<SubmitOptions, 'data' | 'spec'>

export function submitCommand(perform: Perform): Command {
  const command = new Command('submit')
    .description('ask the deployed system for a job')
    .argument('[data]', 'the dataset: s3://bucket/key.csv, or s3://bucket/prefix/')
    .option('-o, --out <uri>', 'the result: s3://bucket/key.csv')
    .option('--client-token <token>', 'the same token is the same job (default: a new one)')
    .option('--watch', 'show the job until it has ended', false)
  return addRegionOption(addSpecOptions(addJsonOption(command)))
    .addHelpText('after', EXAMPLES)
    .action((data: string | undefined, typed: Typed) => {
      const { spec, rest } = partSpec(typed)
      const options: SubmitOptions = { ...rest, spec, ...(data === undefined ? {} : { data }) }
      return perform(async () => (await import('../submit/submit.ts')).submit, options)
    })
}

const EXAMPLES = `
Examples:
  millrace submit s3://tables/today.csv --endpoint churn-v3 -o s3://results/today.csv
  millrace submit -f millrace.yaml --client-token "daily-$(date +%F)" --watch

With --watch it exits as run does. Interrupted (130), the job goes on: millrace watch shows it.`
