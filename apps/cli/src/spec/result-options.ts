import { Option } from 'commander'
import { finiteNumber } from '../arguments.ts'
import { columnList } from './column-list.ts'
import { repeated } from '../usage-error.ts'
import type { SpecOption } from './spec-option.ts'

/**
 * How predictions become a result: the settings that an export may choose anew.
 *
 * @param format the option of the result's format; where a dataset has a `--format`, it is another.
 */
export function resultOptions(
  format: '--format' | '--result-format' = '--result-format',
): readonly SpecOption[] {
  const setting = (path: string, option: Option): SpecOption => ({
    path,
    option: option.helpGroup('Result:'),
  })
  return [
    setting(
      'decision.kind',
      new Option('--decision <kind>', 'how a class follows from a prediction (default: binary)') //
        .choices(['binary', 'multiclass', 'none']),
    ),
    setting(
      'decision.threshold',
      repeated(
        new Option(
          '--threshold <number>',
          'above it is class 1; said again, each has a column (default: 0.5)',
        ).argParser(oneOrMore(finiteNumber)),
      ),
    ),
    setting(
      'decision.labels',
      repeated(
        new Option(
          '--label <name>',
          'the name of class 0, said again of class 1, … (default: 0, 1, …)',
        ).argParser(listOf((text) => text)),
      ),
    ),
    setting(
      'decision.probabilities',
      new Option('--probabilities <which>', 'of several classes, whose (default: each)') //
        .choices(['each', 'winner']),
    ),
    setting(
      'output.format',
      new Option(`${format} <format>`, 'of the result (default: by its name, or csv)') //
        .choices(['csv', 'jsonl', 'parquet']),
    ),
    setting(
      'output.compression',
      new Option('--compress <by>', 'compress the result (default: by its name)') //
        .choices(['none', 'gzip', 'zstd']),
    ),
    setting(
      'output.join',
      repeated(
        new Option(
          '--join <columns>',
          'input columns beside the prediction: all, or such as id,amount or 0,2,5-9 (default: none)',
        ).argParser(joinOf),
      ),
    ),
    setting(
      'output.names.prediction',
      new Option('--prediction-name <name>', 'name of its column (default: Prediction)'),
    ),
    setting(
      'output.names.classification',
      new Option('--class-name <name>', 'name of its column (default: Binary Classification)'),
    ),
    setting(
      'output.errors.row',
      new Option('--rows-in-errors', 'write each failed row itself beside its reason'),
    ),
  ]
}

/** An option that is said several times; once, it is the value itself. */
function oneOrMore<T>(parse: (text: string) => T): (text: string, before?: T | T[]) => T | T[] {
  return (text, before) => {
    const value = parse(text)
    if (before === undefined) return value
    return Array.isArray(before) ? [...before, value] : [before, value]
  }
}

const listOf =
  <T>(parse: (text: string) => T): ((text: string, before?: T[]) => T[]) =>
  (text, before = []) => [...before, parse(text)]

type Join = string | (string | number)[]

function joinOf(text: string, before?: Join): Join {
  if (text === 'none' || text === 'all') return text
  return columnList(text, Array.isArray(before) ? before : [])
}
