import { chooseColumns, CsvError } from '@millrace/csv'
import { TABLE } from '../arguments.ts'
import { CliError } from '../cli-error.ts'
import { storageTold } from '../dataset/open-storage.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { readSpec } from '../spec/read-spec.ts'
import { refuseOtherUri } from '../dataset/check-input.ts'
import type { PartialSpec } from '../spec/spec-options.ts'
import type { World } from '../world.ts'
import { fit } from '../show/fit.ts'
import { openSource } from './plan-source.ts'
import { planned } from './show-plan.ts'
import { surveyObjects } from './survey-objects.ts'

/** `millrace plan`, as typed. */
export interface PlanOptions {
  /** A path, a folder that ends in a slash, an `s3:` URI, or `-`; the spec file's dataset when absent. */
  readonly data?: string
  readonly spec: PartialSpec
  readonly file?: string
  readonly region?: string
  /** Look at every row. */
  readonly check: boolean
  readonly json: boolean
}

/** `millrace plan`: what the cutter sees of a dataset; nothing is invoked and nothing written. */
export async function plan(options: PlanOptions, world: World): Promise<ExitCode> {
  const wanted = await readSpec(options.file, options.spec)
  const data = options.data ?? wanted.dataset?.uri
  if (data === undefined) {
    throw new CliError(`missing required argument 'data': wanted ${TABLE}`)
  }
  refuseOtherUri(data)
  try {
    const asked = { name: options.file ?? 'plan', wanted, typed: options.spec }
    await using source = await openSource(data, asked, options, world)
    const { spec } = source
    const report = await surveyObjects(source.objects, spec, {
      check: options.check,
      now,
      slots: source.slots,
    })
    // Near matches of a misspelt name are of no use after an hour of scoring.
    const { kept } = chooseColumns(report, spec.dataset.features)
    const text = options.json
      ? JSON.stringify({ dataset: data, ...report, features: kept })
      : fit(planned(data, report, kept, spec), world.stdout)
    world.stdout.write(`${text}\n`)
    return report.oddRows + report.tooLarge + report.faults.length > 0
      ? EXIT.succeededWithFailures
      : EXIT.succeeded
  } catch (error) {
    throw told(error)
  }
}

const now = (): number => performance.now()

/** What is wrong with a table is for the person at the terminal. */
export function told(error: unknown): unknown {
  if (!(error instanceof CsvError)) return storageTold(error)
  const { message, hint } = error
  return new CliError(message, { cause: error, ...(hint === undefined ? {} : { hint }) })
}
