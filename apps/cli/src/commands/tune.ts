import { Command } from 'commander'
import { limits } from '@millrace/job'
import { fileName, instances, TABLE, wholeNumber } from '../arguments.ts'
import { addSpecOptions, partSpec } from '../spec/spec-options.ts'
import { addJsonOption } from '../system/system-options.ts'
import type { TuneOptions } from '../tune/tune.ts'
import type { Perform } from '../world.ts'
import { addEndpointOptions } from './endpoint-options.ts'

type Typed = Omit<TuneOptions, 'data' | 'spec'>

export function tuneCommand(perform: Perform): Command {
  const command = new Command('tune')
    .description(
      'find the rows per invocation and the concurrency that give the most rows a second',
    )
    .argument('[data]', TABLE)
  // The rows of an invocation are what it finds out; how long it may take has an option of its own.
  return addSpecOptions(addEndpointOptions(addTuneOptions(addJsonOption(command))), [
    'batching.rows',
    'deadline',
  ])
    .addHelpText('after', EXAMPLES)
    .action((data: string | undefined, typed: Typed) => {
      const { spec, rest } = partSpec(typed)
      const options: TuneOptions = { ...rest, spec, ...(data === undefined ? {} : { data }) }
      return perform(async () => (await import('../tune/tune.ts')).tune, options)
    })
}

function addTuneOptions(command: Command): Command {
  return command
    .optionsGroup('Tune:')
    .option('--seconds <seconds>', 'how long it may take', wholeNumber(1, 3_600), 60)
    .option(
      '--max-concurrency <count>',
      'invocations in flight at most',
      wholeNumber(1, limits.concurrencyMax),
      64,
    )
    .option('--sample-rows <rows>', 'rows to try it with', wholeNumber(1, 1_000_000), 20_000)
    .option('-o, --out <file>', 'a page with the charts (default: none)', fileName)
    .option('--write', 'write the rows per invocation into the spec file of -f', false)
    .option(
      '--instance <type[:count]>',
      "the endpoint's instances, whose time is priced",
      instances,
    )
    .option('--prices <file>', 'a list of prices in YAML or JSON, before the built-in one')
}

const EXAMPLES = `
Examples:
  millrace tune rows.csv --endpoint churn-v3
  millrace tune rows.csv --endpoint churn-v3 --seconds 20 --max-concurrency 16 -o tune.html
  millrace tune -f millrace.yaml --write --json

It loads the endpoint for as long as it runs, up to what it takes: a throttle ends a step at once, and no
later one goes so far. Live traffic will feel it.
Exit codes: 0, 1 when the endpoint does not take the rows, 2 wrong use, 130 interrupted.`
