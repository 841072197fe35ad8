import assert from 'node:assert/strict'
import { limits, type RowRange } from '@millrace/job'
import type { Endpoint, InvocationRequest, Invoke } from '../invoke/invocation.ts'
import { createLayoutMemory, type LayoutMemory } from '../decode/layout-memory.ts'
import type { Limiter } from '../limiter/limiter.ts'

export interface ScoreBatchDeps {
  readonly invoke: Invoke
  readonly limiter: Limiter
  /** Shared by the batches of a process, small batches are read as large ones were. Default: none. */
  readonly layouts?: LayoutMemory
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /**
   * Asked every ten seconds of a batch that has waited for twenty without a verdict and has nothing in
   * flight: whether it may go on, or others want its place. Default: it may.
   */
  mayWait?(): boolean
  /** From 0 to 1, 1 excluded. */
  random(): number
  /** Milliseconds from any origin. */
  now(): number
}

export interface ScoreBatchInput {
  readonly endpoint: Endpoint
  /** The rows of the batch, as the container reads them. Not copied, not changed. */
  readonly body: Uint8Array
  /** Its SHA-256 in hexadecimal, where the caller has it: else it is computed to be signed. */
  readonly bodyHash?: string
  readonly rows: number
  /** Where each row begins in `body`, and its end: `rows + 1` offsets. Asked for only to split. */
  rowOffsets(): Uint32Array
  /** The batch's first row in the dataset. */
  readonly firstRow: number
  readonly payloadBytesMax: number
  /** Default: none are known. */
  readonly witnesses?: Witnesses
  /**
   * No retry and no wait outlasts this, counted from the call and anew from each verdict on some of the
   * rows: a batch that gets on is not begun again from its first row. Default 10 minutes.
   */
  readonly deadlineMs?: number
  /** From the call on, whatever verdicts come: the batch is charged for more. Default 4 hours. */
  readonly deadlineInAllMs?: number
  readonly inferenceId?: string
}

/**
 * Other rows than those of a batch, laid out as these. Where the endpoint answers one of them, it is there, and
 * what fails are the rows of the batch.
 */
export interface Witnesses {
  /** One that was answered, or else one that may be; nothing where none is known. */
  next(signal: AbortSignal): Promise<Uint8Array | undefined>
  /** It was answered: let it be the next one from now on. */
  answered(row: Uint8Array): void
}

/** What the pieces of one batch share while it is scored. */
export interface BatchRun {
  readonly deps: ScoreBatchDeps
  readonly input: ScoreBatchInput
  /** The caller's; aborts invocations. Also aborts when one piece has failed for all. */
  readonly signal: AbortSignal
  /** Aborts waits and retries: at a deadline, or with `signal`. Invocations are let finish. */
  readonly waiting: AbortSignal
  /** When the next deadline is, as `deps.now` counts: verdicts put it off. */
  deadlineAt(): number
  /** That deadline is the last one: no verdict has put it off. */
  isLastDeadline(): boolean
  /** The endpoint has a verdict on some of the rows. */
  gotOn(): void
  /** When it last had one, or the run began. */
  gotOnAt: number
  /** Invocations under way. */
  inFlight: number
  /** When the container last answered one of them, though it were that it has failed; and the longest that took. */
  heardAt: number
  longestMs: number
  readonly layouts: LayoutMemory
  /** The batch's turn at the limiter. */
  readonly turn: number
  readonly tally: {
    invocations: number
    throttles: number
    bisections: number
    durationMs: number
    variant?: string
    variants?: string[]
  }
  /** Pieces refused for their rows so far. */
  refusals: number
  rowsScored: number
  /** Bytes of all predictions so far, which are kept until the batch is recorded. */
  predictionBytes: number
  /** A row that the endpoint has scored. */
  witness?: RowRange
  /** The verdict of a sample over the whole batch, once one was taken. */
  sample?: Promise<void>
  readonly request: Omit<InvocationRequest, 'body'>
  /** Waits for all; when one fails the others are aborted and waited for, so that none lives on. */
  all<T>(work: readonly Promise<T>[]): Promise<T[]>
  end(): void
}

const DEADLINE_MS = 10 * 60_000
const DEADLINE_IN_ALL_MS = 4 * 60 * 60_000
// The last invocation still ends, and is recorded, while the message is hidden from others.
assert(
  DEADLINE_IN_ALL_MS + limits.invocationSocketTimeoutMs + limits.recordPatienceSeconds * 1_000 <
    limits.visibilityMaxSeconds * 1_000,
)
/** How long a batch waits for its endpoint before others may have its place. */
const WAIT_MS = limits.placeKeptMs
const LOOK_MS = 10_000
/** Why waiting has ended where others have the place: the batch is given back, and charged to nobody. */
export const GAVE_WAY = 'gave way'
/** Nobody is told; without a reason each batch's end would cost an exception with its stack. */
const ENDED = 'ended'

export function startRun(
  deps: ScoreBatchDeps,
  input: ScoreBatchInput,
  signal: AbortSignal,
): BatchRun {
  const working = new AbortController()
  const waiting = new AbortController()
  const abort = (reason: unknown) => {
    working.abort(reason)
    waiting.abort(reason)
  }
  const onAbort = () => abort(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  const { deadlineMs = DEADLINE_MS, deadlineInAllMs = DEADLINE_IN_ALL_MS } = input
  const lastDeadlineAt = deps.now() + deadlineInAllMs
  const run: BatchRun = {
    deps,
    input,
    signal: working.signal,
    waiting: waiting.signal,
    deadlineAt: () => Math.min(run.gotOnAt + deadlineMs, lastDeadlineAt),
    isLastDeadline: () => run.deadlineAt() === lastDeadlineAt,
    gotOn: () => void (run.gotOnAt = deps.now()),
    gotOnAt: deps.now(),
    inFlight: 0,
    heardAt: deps.now(),
    longestMs: 0,
    layouts: deps.layouts ?? createLayoutMemory(),
    turn: deps.limiter.turn(),
    tally: { invocations: 0, throttles: 0, bisections: 0, durationMs: 0 },
    refusals: 0,
    rowsScored: 0,
    predictionBytes: 0,
    request: {
      endpoint: input.endpoint,
      ...(input.inferenceId !== undefined && { inferenceId: input.inferenceId }),
    },
    async all(work) {
      try {
        return await Promise.all(work)
      } catch (error) {
        abort(error)
        await Promise.allSettled(work)
        throw error
      }
    },
    end() {
      signal.removeEventListener('abort', onAbort)
      waiting.abort(ENDED)
    },
  }
  watch(run, waiting)
  return run
}

/**
 * Ends the waiting at the deadline, or when others want the place. One timer a batch: verdicts only move
 * what it finds when it is over.
 */
function watch(run: BatchRun, waiting: AbortController): void {
  const { now, sleep, mayWait } = run.deps
  const leftMs = run.deadlineAt() - now()
  sleep(mayWait === undefined ? leftMs : Math.min(leftMs, LOOK_MS), waiting.signal).then(
    () => {
      if (now() >= run.deadlineAt()) {
        waiting.abort(new DOMException('The deadline has passed', 'TimeoutError'))
      } else if (waits(run) && mayWait?.() === false) {
        waiting.abort(GAVE_WAY)
      } else {
        watch(run, waiting)
      }
    },
    () => undefined,
  )
}

/**
 * Nothing is in flight, and nothing was answered for long. Where an invocation takes as long as that, another one
 * may have been before it in the line: who gave way to each would never come to the end of its repetitions.
 */
function waits({ inFlight, gotOnAt, heardAt, longestMs, deps }: BatchRun): boolean {
  const idleMs = deps.now() - Math.max(gotOnAt, heardAt)
  return inFlight === 0 && idleMs >= Math.max(WAIT_MS, 2 * longestMs)
}
