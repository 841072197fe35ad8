import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs'
import { classifyEntry, classifyFailure } from './classify-failure.ts'
import { QueueError } from './queue-error.ts'
import { backoff, sleep } from './wait.ts'

/** What became of one entry: nothing when it succeeded. */
export type EntryOutcome = QueueError | undefined

export interface SettlePolicy {
  /** For error texts: `publish`, `delete`, … */
  readonly verb: string
  readonly queueUrl: string
  readonly triesMax: number
  readonly random: () => number
}

type BatchCall<E> = (
  entries: (E & { Id: string })[],
  signal: AbortSignal,
) => Promise<{ Failed?: BatchResultErrorEntry[] | undefined }>

const RETRY_MS = { base: 100, max: 5_000 }

/**
 * Makes one of SQS's ten-at-a-time calls and repeats what failed and may pass, alone. A batch call
 * fails in part with HTTP 200: who does not read `Failed` loses messages silently.
 *
 * Never rejects; the outcomes stand in the order of the entries. On abort it stops repeating.
 */
export async function settleEntries<E extends object>(
  entries: readonly E[],
  call: BatchCall<E>,
  policy: SettlePolicy,
  signal: AbortSignal,
): Promise<EntryOutcome[]> {
  const outcomes = entries.map((): EntryOutcome => undefined)
  let open = entries.map((entry, index) => ({ ...entry, Id: String(index) }))
  for (let tries = 1; ; tries += 1) {
    const failed = await callOnce(open, call, policy, signal)
    for (const { Id } of open) outcomes[Number(Id)] = failed.get(Id)
    open = open.filter(({ Id }) => failed.get(Id)?.retryable === true)
    if (open.length === 0 || tries >= policy.triesMax) return outcomes
    await sleep(backoff(tries, RETRY_MS, policy.random), signal)
    if (signal.aborted) return outcomes
  }
}

async function callOnce<E>(
  entries: (E & { Id: string })[],
  call: BatchCall<E>,
  { verb, queueUrl }: SettlePolicy,
  signal: AbortSignal,
): Promise<Map<string, QueueError>> {
  try {
    const { Failed = [] } = await call(entries, signal)
    return new Map(Failed.map((entry) => [entry.Id ?? '', classifyEntry(verb, queueUrl, entry)]))
  } catch (cause) {
    const error = signal.aborted
      ? new QueueError('aborted', `${verb}: aborted`, { cause })
      : classifyFailure(verb, queueUrl, cause)
    return new Map(entries.map(({ Id }) => [Id, error]))
  }
}
