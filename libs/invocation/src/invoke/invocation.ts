import type { JobSpec } from '@millrace/job'

/** Where a job's rows go, and how the endpoint is spoken to. */
export type Endpoint = JobSpec['endpoint']

export interface InvocationRequest {
  readonly endpoint: Endpoint
  /** The rows, as the container reads them. Not copied: must not change until the answer is there. */
  readonly body: Uint8Array
  /** SHA-256 of the body in hexadecimal, where it is known already. */
  readonly bodyHash?: string
  /** At most 64 characters; data capture and model monitors join on it. */
  readonly inferenceId?: string
}

export interface InvocationAnswer {
  readonly body: Buffer
  /** Empty when the endpoint names none. */
  readonly contentType: string
  /** The production variant that answered, as the endpoint names it. */
  readonly variant?: string
  /** From the request's first byte to the answer's last. */
  readonly durationMs: number
}

/**
 * Makes one invocation, without a retry.
 *
 * @throws {InvocationError} of any code; on abort, the signal's reason.
 */
export type Invoke = (request: InvocationRequest, signal: AbortSignal) => Promise<InvocationAnswer>
