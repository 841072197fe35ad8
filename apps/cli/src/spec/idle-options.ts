import { idleAmong, type JobSpec } from '@millrace/job'
import { CliError } from '../cli-error.ts'
import { optionOf, type PartialSpec } from './spec-options.ts'

/**
 * Refuses what was typed to no effect: who chooses a threshold and gets no classes has meant something else.
 * A spec file may hold settings for later; they are left alone.
 *
 * @param spec the whole of it: kind and format may come from a file, or from the dataset's name.
 * @throws {CliError} with the option, and where it would have an effect.
 */
export function refuseIdle(
  typed: PartialSpec,
  spec: Pick<JobSpec, 'dataset' | 'decision' | 'output'>,
): void {
  for (const { path, why, needs } of idleAmong(typed, spec)) {
    const wanted = needs.values.map((value) => `${optionOf(needs.path)} ${value}`)
    throw new CliError(`${optionOf(path)}: has no effect where ${why}`, {
      hint: `it is for ${wanted.join(' and ')}`,
    })
  }
}
