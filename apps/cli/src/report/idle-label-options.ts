import { CliError } from '../cli-error.ts'
import type { ReportOptions } from './report-options.ts'

/** @throws {CliError} for an option about labels where there are none: whoever typed it waits for what it changes. */
export function refuseWithoutLabels(options: Omit<ReportOptions, 'job' | 'out'>): void {
  if (options.labels !== undefined) return
  const typed = {
    '--label-column': options.labelColumn !== undefined,
    '--positive': options.positive !== undefined,
    // One is what each costs that is not named.
    '--cost-false-positive': options.costFalsePositive !== 1,
    '--cost-false-negative': options.costFalseNegative !== 1,
  }
  const [name] = Object.entries(typed).find(([, isTyped]) => isTyped) ?? []
  if (name === undefined) return
  throw new CliError(`${name}: has no effect without --labels`, {
    hint: '--labels names a file, or a column of the dataset, that says what is true',
  })
}

/** @throws {CliError} where labels are a column already. */
export function refuseColumnOf(labels: string, column: string | undefined): void {
  if (column === undefined) return
  throw new CliError(`--label-column ${column}: has no effect beside --labels ${labels}`, {
    hint: `it names a column of a file of labels, and ${labels} is a column itself`,
  })
}
