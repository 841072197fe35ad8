import type { World } from '../world.ts'
import type { ConsoleOptions } from './console-options.ts'
import type { JobLines } from './job-lines.ts'

export interface Deps {
  /** What each request but that for the page has to name. */
  readonly key: string
  readonly options: ConsoleOptions
  readonly world: World
  readonly jobs: JobLines
}
