import { Command } from 'commander'
import { limits } from '@millrace/job'
import { instances, TABLE, wholeNumber } from '../arguments.ts'
import type { EstimateOptions } from '../estimate/estimate-options.ts'
import { addSpecOptions, partSpec } from '../spec/spec-options.ts'
import { addJsonOption } from '../system/system-options.ts'
import type { Perform } from '../world.ts'
import { addEndpointOptions } from './endpoint-options.ts'

type Typed = Omit<EstimateOptions, 'data' | 'spec'>

export function estimateCommand(perform: Perform): Command {
  const command = new Command('estimate')
    .description('say what a job will take: requests, units, time and money')
    .argument('[data]', TABLE)
  return addSpecOptions(addEndpointOptions(addEstimateOptions(addJsonOption(command))))
    .addHelpText('after', EXAMPLES)
    .action((data: string | undefined, typed: Typed) => {
      const { spec, rest } = partSpec(typed)
      const options: EstimateOptions = { ...rest, spec, ...(data === undefined ? {} : { data }) }
      return perform(async () => (await import('../estimate/estimate.ts')).estimate, options)
    })
}

function addEstimateOptions(command: Command): Command {
  return command
    .optionsGroup('Estimate:')
    .option('--no-probe', 'do not invoke the endpoint; reckon with --latency')
    .option(
      '--latency <ms>',
      'of one invocation (default: as the probe has it; 100 without one)',
      wholeNumber(1, 60_000),
    )
    .option(
      '--concurrency <count>',
      'invocations in flight at most',
      wholeNumber(1, limits.concurrencyMax),
      limits.concurrencyDefault,
    )
    .option('--consumers <count>', 'consumers that share them', wholeNumber(1, 64), 2)
    .option(
      '--instance <type[:count]>',
      "the endpoint's instances, such as ml.m5.xlarge:2, whose time is priced",
      instances,
    )
    .option('--prices <file>', 'a list of prices in YAML or JSON, before the built-in one')
}

const EXAMPLES = `
Examples:
  millrace estimate rows.csv --endpoint churn-v3
  millrace estimate s3://bucket/2026/11/ --endpoint churn-v3 --batch-rows 500 --instance ml.m5.xlarge:2
  millrace estimate -f millrace.yaml --no-probe --latency 250 --json

Reads the whole table and invokes the endpoint with its first batch; nothing is written.
Exit codes: 0, 1 when the endpoint does not take the rows, 2 wrong use.`
