import type { PartialSpec } from '../spec/spec-options.ts'
import type { TemporaryTyped } from '../temporary/temporary-wanted.ts'

/** `millrace run`, as typed; commander has checked the types, not the world. */
export interface RunOptions extends TemporaryTyped {
  /** A path, or `-` for standard input; the spec file's dataset when absent. */
  readonly data?: string
  /** What was typed of the job spec. */
  readonly spec: PartialSpec
  /** A spec file. */
  readonly file?: string
  readonly endpointUrl?: string
  /** An XGBoost model to serve on this machine instead of a SageMaker endpoint. */
  readonly localModel?: string
  readonly localLatency: number
  readonly region?: string
  /** A path, or `-` for standard output. */
  readonly out?: string
  readonly concurrency: number
  readonly consumers: number
  readonly state?: string
  readonly fresh: boolean
  readonly quiet: boolean
}
