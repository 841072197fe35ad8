import { Command } from 'commander'
import { fileName, finiteNumber, jobName } from '../arguments.ts'
import type { ReportOptions } from '../report/report-options.ts'
import { addSystemOptions } from '../system/system-options.ts'
import type { Perform } from '../world.ts'

export function reportCommand(perform: Perform): Command {
  const command = new Command('report')
    .description('draw the report of a job as a page, with labels where they are known')
    .argument(
      '[job]',
      'the job, the beginning of its name, or its result, such as scores.csv (default: the latest run; of a stack, the whole name)',
      jobName,
    )
    .option(
      '-o, --out <file>',
      'the page, or - for standard output (default: <job>.report.html)',
      fileName,
    )
    .optionsGroup('Labels:')
    .option(
      '--labels <file|column>',
      'what is true: a CSV with a row for each row, or a column of the dataset',
    )
    .option('--label-column <name>', 'the column of a file of labels that has several')
    .option('--positive <label>', 'the label of the second class (default: the job’s, or 1)')
    .option('--cost-false-positive <cost>', 'what it costs to be wrong so', finiteNumber, 1)
    .option('--cost-false-negative <cost>', 'and so', finiteNumber, 1)
  return addSystemOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((job: string | undefined, options: ReportOptions) =>
      perform(async () => (await import('../report/report.ts')).report, {
        ...options,
        ...(job === undefined ? {} : { job }),
      }),
    )
}

const EXAMPLES = `
Examples:
  millrace report                                  the latest run in .millrace
  millrace report j-4f2a --labels labels.csv       ROC, calibration, the best threshold
  millrace report scores.csv --labels labels.csv   from the result and its manifest, without the job
  millrace report --labels churned --positive yes --cost-false-negative 20`
