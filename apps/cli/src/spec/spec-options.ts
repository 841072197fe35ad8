import { type Command, Option } from 'commander'
import { type JobSpecInput, limits } from '@millrace/job'
import { columnList } from './column-list.ts'
import { deadline, oneCharacter, percent, wholeNumber } from '../arguments.ts'
import { repeated } from '../usage-error.ts'
import { resultOptions } from './result-options.ts'
import type { SpecOption } from './spec-option.ts'

/** A job spec of which only a part is said. */
export type PartialSpec = {
  [Section in keyof JobSpecInput]?: JobSpecInput[Section] extends object | undefined
    ? Partial<JobSpecInput[Section]>
    : JobSpecInput[Section]
}

/**
 * Every setting of the spec that can be typed. None has a default here: what is not typed comes from
 * the spec file, and what is not there from the schema of the spec.
 */
function specOptions(): readonly SpecOption[] {
  const setting = (group: string, path: string, option: Option): SpecOption => ({
    path,
    option: option.helpGroup(group),
  })
  return [
    setting(
      'Dataset:',
      'dataset.csv.header',
      new Option(
        '--header <kind>',
        'whether the first row names the columns (default: auto)',
      ).choices(['auto', 'present', 'absent']),
    ),
    setting(
      'Dataset:',
      'dataset.csv.delimiter',
      new Option(
        '--delimiter <character>',
        'what separates the fields (default: by the name, else a comma)',
      ).argParser(oneCharacter),
    ),
    setting(
      'Dataset:',
      'dataset.features.include',
      repeated(
        new Option(
          '--include <columns>',
          "the model's columns, in this order: names, or indexes from 0 (default: all)",
        )
          .argParser(columnList)
          .conflicts('exclude'),
      ),
    ),
    setting(
      'Dataset:',
      'dataset.features.exclude',
      repeated(
        new Option('--exclude <columns>', "columns that are not the model's").argParser(columnList),
      ),
    ),
    setting(
      'Dataset:',
      'dataset.format',
      new Option('--format <format>', 'how rows are written (default: by the name)').choices([
        'csv',
        'jsonl',
      ]),
    ),
    setting(
      'Dataset:',
      'dataset.compression',
      new Option('--compression <kind>', 'of the input (default: by its first bytes)').choices([
        'none',
        'gzip',
        'zstd',
      ]),
    ),
    setting(
      'Endpoint:',
      'endpoint.name',
      new Option('--endpoint <name>', 'the SageMaker endpoint').env('MILLRACE_ENDPOINT'),
    ),
    setting(
      'Endpoint:',
      'endpoint.inferenceComponent',
      new Option(
        '--inference-component <name>',
        'the one to invoke, of an endpoint that hosts several',
      ),
    ),
    setting(
      'Endpoint:',
      'endpoint.contentType',
      new Option('--content-type <type>', 'of what is sent (default: by the format of the rows)'),
    ),
    setting(
      'Endpoint:',
      'endpoint.accept',
      new Option(
        '--accept <type>',
        'of what is to be answered (default: --content-type if JSON, else by the format)',
      ),
    ),
    setting(
      'Endpoint:',
      'endpoint.response',
      new Option(
        '--response <kind>',
        'where predictions stand in the answer: lines, one_line, label, csv:<column> or json:<path> (default: auto)',
      ),
    ),
    setting(
      'Batches:',
      'batching.rows',
      new Option(
        '--batch-rows <rows>',
        `rows of one invocation (default: ${limits.batchRowsDefault})`,
      ).argParser(wholeNumber(1, limits.batchRowsMax)),
    ),
    setting(
      'Tolerance:',
      'tolerance.failedRowsMax',
      new Option(
        '--failed-rows-max <n>',
        'rows that may fail before the job does (default: all)',
      ).argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
    ),
    setting(
      'Tolerance:',
      'tolerance.failedRowsPercentMax',
      new Option(
        '--failed-rows-percent-max <n>',
        'rows in a hundred that may fail before the job does (default: all)',
      ).argParser(percent),
    ),
    setting(
      'Tolerance:',
      'deadline',
      new Option(
        '--deadline <time>',
        'when the job is to have ended: 90m, 4h or 2d from now, or 2026-12-01T06:00:00Z; it is told when it will be late',
      ).argParser(deadline),
    ),
    ...resultOptions(),
  ]
}

/** @param without the paths of settings that the verb does not heed. */
export function addSpecOptions(command: Command, without: readonly string[] = []): Command {
  for (const { path, option } of specOptions()) {
    if (!without.includes(path)) command.addOption(option)
  }
  return command.addOption(
    new Option('-f, --file <spec>', 'a job spec in YAML; what is typed beside it comes first')
      .helpGroup('Spec:')
      .env('MILLRACE_SPEC'),
  )
}

/** How a setting is typed, such as `--threshold`; its path where it stands in a spec file only. */
export function optionOf(path: string): string {
  return specOptions().find((setting) => setting.path === path)?.option.long ?? path
}

/** Parts what commander read into the settings of the spec and all the other options. */
export function partSpec<Options extends object>(
  options: Options,
  settings = specOptions(),
): { readonly spec: PartialSpec; readonly rest: Options } {
  const spec: Record<string, unknown> = {}
  const rest = { ...options } as Record<string, unknown>
  for (const { path, option } of settings) {
    const name = option.attributeName()
    if (rest[name] !== undefined) place(spec, path.split('.'), rest[name])
    delete rest[name]
  }
  return { spec, rest: rest as Options }
}

function place(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...further] = path
  if (further.length === 0) {
    target[first] = value
    return
  }
  const inner = (target[first] ??= {}) as Record<string, unknown>
  place(inner, further, value)
}
