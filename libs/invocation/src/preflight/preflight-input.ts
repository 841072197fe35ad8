import type { InvocationError } from '../invoke/invocation-error.ts'
import type { Endpoint, InvocationAnswer } from '../invoke/invocation.ts'

export interface PreflightInput {
  readonly endpoint: Endpoint
  readonly region: string
  /** The job's first rows, as they would be sent. */
  readonly body: Uint8Array
  readonly rows: number
  /** Where each row begins in `body`, and its end: `rows + 1` offsets. */
  rowOffsets(): Uint32Array
  /** A header stands before the rows, so none of them is one. */
  readonly hasHeader?: boolean
  /** What stands between the columns of a CSV; default a comma. */
  readonly delimiter?: string
  /** Rows of one invocation at most; default all. */
  readonly rowsMax?: number
}

export type Ask = (body: Uint8Array) => Promise<InvocationAnswer | InvocationError>
