import type { Instances } from '@millrace/cost'
import type { EndpointChosen } from '../endpoint/open-endpoint.ts'
import type { PartialSpec } from '../spec/spec-options.ts'

/** `millrace estimate`, as typed. */
export interface EstimateOptions extends EndpointChosen {
  /** A path, a folder, an `s3:` URI, or `-`; the spec file's dataset when absent. */
  readonly data?: string
  readonly spec: PartialSpec
  readonly file?: string
  readonly probe: boolean
  /** Milliseconds of one invocation, in place of the probe's. */
  readonly latency?: number
  readonly concurrency: number
  readonly consumers: number
  readonly instance?: Instances
  readonly prices?: string
  readonly json: boolean
}
