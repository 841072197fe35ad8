import { Command } from 'commander'
import { regionName, TABLE } from '../arguments.ts'
import type { PlanOptions } from '../plan/plan.ts'
import { addSpecOptions, partSpec } from '../spec/spec-options.ts'
import { addJsonOption } from '../system/system-options.ts'
import type { Perform } from '../world.ts'

type Typed = Omit<PlanOptions, 'data' | 'spec'>

export function planCommand(perform: Perform): Command {
  const command = new Command('plan')
    .description('show how a table would be cut: rows, columns, batches and what is odd')
    .argument('[data]', TABLE)
    .option('--check', 'look at every row: its width, its quotes, its text', false)
    .option(
      '--region <region>',
      'AWS region of an s3:// dataset (default: the usual AWS chain)',
      regionName,
    )
  // Nothing of it ends.
  return addSpecOptions(addJsonOption(command), ['deadline'])
    .addHelpText('after', EXAMPLES)
    .action((data: string | undefined, typed: Typed) => {
      const { spec, rest } = partSpec(typed)
      const options: PlanOptions = { ...rest, spec, ...(data === undefined ? {} : { data }) }
      return perform(async () => (await import('../plan/plan.ts')).plan, options)
    })
}

const EXAMPLES = `
Examples:
  millrace plan rows.csv --check                       every row, before it is sent anywhere
  millrace plan s3://bucket/2026/11/ --exclude id,label
  gzip -dc rows.csv.gz | millrace plan - --json

Nothing is invoked and nothing is written. Exit codes: 0, or 3 when rows would fail.`
