import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { limits } from '@millrace/job'
import type { RunOptions } from './run/run-options.ts'

/** What the program does with each verb; `main.ts` gives it the world. */
export interface Verbs {
  run(options: RunOptions): Promise<void>
}

/** The command line: its verbs, their options and their help. */
export function createProgram(verbs: Verbs): Command {
  const program = new Command('millrace')
    .description('Scores a big table through a live SageMaker endpoint: every row once, in order.')
    .showSuggestionAfterError()
    .showHelpAfterError('(millrace --help shows what there is)')
    .configureHelp({ showGlobalOptions: true })
  program.addCommand(runCommand(verbs).copyInheritedSettings(program))
  return program
}

function runCommand(verbs: Verbs): Command {
  return new Command('run')
    .description('run the whole job on this machine, with no queue or table to set up')
    .argument('<data>', 'the CSV file, or - for standard input')
    .option('--endpoint <name>', 'the SageMaker endpoint')
    .option('--endpoint-url <url>', 'where the endpoint is reached, instead of AWS', httpUrl)
    .addOption(
      new Option(
        '--local-model <file>',
        'serve this XGBoost model here, instead of an endpoint',
      ).conflicts(['endpoint', 'endpointUrl']),
    )
    .option('--local-latency <ms>', 'latency of the local model', wholeNumber(0, 60_000), 0)
    .option('--region <region>', 'AWS region of the endpoint (default: the usual AWS chain)')
    .option(
      '-o, --out <file>',
      'the result, or - for standard output (default: <data>.predictions.csv)',
    )
    .option('--threshold <number>', 'above it is class 1', finiteNumber, 0.5)
    .addOption(
      new Option('--join <columns>', 'input columns beside the prediction')
        .choices(['none', 'all'])
        .default('none'),
    )
    .option(
      '--batch-rows <rows>',
      'rows of one invocation',
      wholeNumber(1, limits.batchRowsMax),
      limits.batchRowsDefault,
    )
    .option(
      '--concurrency <count>',
      'invocations in flight at most',
      wholeNumber(1, limits.concurrencyMax),
      16,
    )
    .option(
      '--consumers <count>',
      'consumer processes',
      wholeNumber(1, 64),
      Math.min(2, availableParallelism()),
    )
    .addOption(
      new Option('--header <kind>', 'whether the first row names the columns')
        .choices(['auto', 'present', 'absent'])
        .default('auto'),
    )
    .option('--delimiter <character>', 'what separates the fields', oneCharacter, ',')
    .option(
      '--state <folder>',
      'where a run keeps what it needs to continue (default: .millrace beside the result)',
    )
    .option('--fresh', 'forget what an earlier run recorded', false)
    .option('-q, --quiet', 'no progress', false)
    .addHelpText('after', RUN_EXAMPLES)
    .action((data: string, options: Omit<RunOptions, 'data'>) => verbs.run({ data, ...options }))
}

const RUN_EXAMPLES = `
Examples:
  millrace run rows.csv --endpoint churn-v3                  predictions in rows.predictions.csv
  millrace run rows.csv --endpoint churn-v3 --join all -o scored.csv
  gzip -dc rows.csv.gz | millrace run - --endpoint churn-v3 | head
  millrace run rows.csv --local-model model.json             try it with no AWS account

Exit codes: 0 all rows predicted, 3 some rows failed, 1 job failed, 2 wrong use, 130 interrupted.`

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max && text.trim() !== '') return value
    throw new InvalidArgumentError(`Wanted a whole number from ${min} to ${max}.`)
  }
}

function finiteNumber(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && text.trim() !== '') return value
  throw new InvalidArgumentError('Wanted a number, such as 0.5.')
}

function oneCharacter(text: string): string {
  const character = text === '\\t' ? '\t' : text
  if (character.length === 1 && character.charCodeAt(0) < 0x80) return character
  throw new InvalidArgumentError('Wanted one ASCII character, such as ; or \\t.')
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new InvalidArgumentError('Wanted a URL, such as http://127.0.0.1:8080.')
}
