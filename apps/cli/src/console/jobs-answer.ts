import type { JobLine, JobsAnswer } from '@millrace/console'
import { isDeployed, stateRootOf } from '../system/which-system.ts'
import type { World } from '../world.ts'
import type { ConsoleOptions } from './console-options.ts'

export function jobsAnswer(
  jobs: readonly JobLine[],
  options: ConsoleOptions,
  world: World,
): JobsAnswer {
  return isDeployed(options, world)
    ? { place: world.env['MILLRACE_LEDGER_TABLE'] ?? '', hasLetters: true, jobs }
    : { place: stateRootOf(options), hasLetters: false, jobs }
}
