import type { SystemOptions } from '../system/which-system.ts'
import type { PartialSpec } from '../spec/spec-options.ts'

export interface DoctorOptions extends SystemOptions {
  /** What was typed of a job spec: the endpoint. */
  readonly spec: PartialSpec
  /** A spec file, whose places and endpoint are looked at too. */
  readonly file?: string
  readonly endpointUrl?: string
  /** A row to invoke the endpoint with, once. */
  readonly probe?: string
  readonly json: boolean
}
