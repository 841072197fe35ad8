import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import { limits } from '@millrace/job'
import { fileName, folderName, TABLE, wholeNumber } from '../arguments.ts'
import type { RunOptions } from '../run/run-options.ts'
import { addSpecOptions, partSpec } from '../spec/spec-options.ts'
import type { Perform } from '../world.ts'
import { addEndpointOptions, addTemporaryOptions } from './endpoint-options.ts'

/** The options of the command as commander reads them; those of the spec are among them. */
type Typed = Omit<RunOptions, 'data' | 'spec'>

export function runCommand(perform: Perform): Command {
  const command = new Command('run')
    .description('run the whole job on this machine, with no queue or table to set up')
    .argument('[data]', TABLE)
  return addSpecOptions(addTemporaryOptions(addEndpointOptions(addMachineOptions(command))))
    .addHelpText('after', EXAMPLES)
    .action((data: string | undefined, typed: Typed) => {
      const { spec, rest } = partSpec(typed)
      const options: RunOptions = { ...rest, spec, ...(data === undefined ? {} : { data }) }
      return perform(async () => (await import('../run/run.ts')).run, options)
    })
}

function addMachineOptions(command: Command): Command {
  return command
    .optionsGroup('This machine:')
    .option(
      '-o, --out <file>',
      'the result, or - for standard output (default: <data>.predictions.csv in this folder)',
      fileName,
    )
    .option(
      '--state <folder>',
      'where a run keeps what it needs to continue (default: .millrace beside the result)',
      folderName,
    )
    .option('--fresh', 'forget what an earlier run recorded', false)
    .option(
      '--concurrency <count>',
      'invocations in flight at most',
      wholeNumber(1, limits.concurrencyMax),
      limits.concurrencyDefault,
    )
    .option(
      '--consumers <count>',
      'consumer processes',
      wholeNumber(1, 64),
      Math.min(2, availableParallelism()),
    )
    .option('-q, --quiet', 'no progress', false)
}

const EXAMPLES = `
Examples:
  millrace run rows.csv --endpoint churn-v3                  predictions in rows.predictions.csv
  millrace run rows.csv --endpoint churn-v3 --join all -o scored.csv
  gzip -dc rows.csv.gz | millrace run - --endpoint churn-v3 | head
  millrace run -f millrace.yaml                              everything from a spec file
  millrace run rows.csv --local-model model.json             try it with no AWS account
  millrace run rows.csv --temporary-endpoint churn-v3 --instance ml.m5.xlarge:2

Exit codes: 0 all rows predicted, 3 some rows failed, 1 job failed, 2 wrong use, 130 interrupted.`
