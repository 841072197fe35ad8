import type { Option } from 'commander'

/** An option of the command line that sets one value of the job spec. */
export interface SpecOption {
  /** Where the value goes, such as `decision.threshold`. */
  readonly path: string
  readonly option: Option
}
