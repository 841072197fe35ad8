import type { RawAnswer } from './read-answer.ts'

/** The way to one origin: scheme, host and port. */
export interface Wire {
  /**
   * Sends one POST and reads its answer.
   *
   * Rejects with Node's error or one of `wire-error.ts`, with one named `TimeoutError` after
   * `timeoutMs`, or on abort with the signal's reason; in each case the connection is closed, so that no
   * answer comes late to another request.
   */
  exchange(request: WireRequest, limits: AnswerLimits, signal: AbortSignal): Promise<RawAnswer>
  /** What is in flight fails. */
  close(): Promise<void>
}

export interface WireRequest {
  readonly path: string
  /** Name, value, name, value, … `host` among them, and without `content-length`. */
  readonly headers: string[]
  readonly body: Uint8Array
}

export interface AnswerLimits {
  readonly timeoutMs: number
  /** What is longer is no answer of the service. */
  readonly answerBytesMax: number
  /** Gives the memory of a long body, where its length is told before it comes. It is the caller's again with the answer. */
  readonly memory?: (bytes: number) => Buffer
}

export interface WireOptions {
  /** Connections, and so requests at once. */
  readonly connectionsMax: number
  readonly connectTimeoutMs: number
  /** How long a connection is kept that nobody uses. */
  readonly keepAliveMs: number
}
