import type { JobSpec } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import type { PartialSpec } from './spec-options.ts'

/**
 * Refuses what was typed to no effect: who chooses a threshold and gets no classes has meant something else.
 * A spec file may hold settings for later; they are left alone.
 *
 * @param spec the whole of it: kind and format may come from a file, or from the dataset's name.
 * @throws {CliError} with the option, and where it would have an effect.
 */
export function refuseIdle(
  typed: PartialSpec,
  { dataset, decision }: Pick<JobSpec, 'dataset' | 'decision'>,
): void {
  const { kind } = decision
  const ofKind = (kinds: readonly string[]): Need => ({
    isMet: kinds.includes(kind),
    butHas: `where the decision is ${kind}`,
    hint: `it is for ${kinds.map((each) => `--decision ${each}`).join(' and ')}`,
  })
  const ofCsv: Need = {
    isMet: dataset.format === 'csv',
    butHas: 'on JSON lines',
    hint: 'it is for CSV; --format csv reads the rows as such',
  }
  const needs: readonly (readonly [option: string, typed: unknown, need: Need])[] = [
    ['--threshold', typed.decision?.threshold, ofKind(['binary'])],
    ['--label', typed.decision?.labels, ofKind(['binary', 'multiclass'])],
    ['--probabilities', typed.decision?.probabilities, ofKind(['multiclass'])],
    ['--prediction-name', typed.output?.names?.prediction, ofKind(['binary', 'none'])],
    ['--class-name', typed.output?.names?.classification, ofKind(['binary', 'multiclass'])],
    ['--header', typed.dataset?.csv?.header, ofCsv],
    ['--delimiter', typed.dataset?.csv?.delimiter, ofCsv],
  ]
  for (const [option, value, { isMet, butHas, hint }] of needs) {
    if (value === undefined || isMet) continue
    throw new CliError(`${option}: has no effect ${butHas}`, { hint })
  }
}

interface Need {
  readonly isMet: boolean
  readonly butHas: string
  readonly hint: string
}
