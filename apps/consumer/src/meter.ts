import type { SQSClient } from '@aws-sdk/client-sqs'
import { addSpent, NOTHING_SPENT, type Spent } from '@millrace/cost'
import type { Invoke } from '@millrace/invocation'
import type { TableClient } from '@millrace/ledger'

/*
 * Counts what this process uses of AWS, where it is used. A part takes along what was counted since the
 * part before it, whichever job that was for: over many parts each job gets what it has used.
 *
 *     receive · invoke · put part 7 · mark · delete ───▶ taken by part 8, or given back by it
 */

export interface Meter {
  watchQueue(client: SQSClient): void
  watchLedger(client: TableClient): TableClient
  watchInvoke(invoke: Invoke): Invoke
  /** What was used since this was called last. */
  take(): Spent
  /** A part did not get into the ledger: the next one takes what it had taken. */
  giveBack(spent: Spent): void
  /** A part is recorded. */
  recorded(): void
}

/** A worker that had nothing to do is paid for, too, but not by the next job. */
const IDLE_MS_MAX = 60_000

export function createMeter(now: () => number): Meter {
  let spent: Spent = NOTHING_SPENT
  let since = now()
  const add = (more: Partial<Spent>): void => {
    spent = addSpent(spent, { ...NOTHING_SPENT, ...more })
  }
  return {
    watchQueue(client) {
      client.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args)
          if (!broughtNothing(args.input, result.output)) add({ calls: 1 })
          return result
        },
        { step: 'initialize', name: 'meter' },
      )
    },
    watchLedger: (client) => ({
      async send(operation, input, signal) {
        const reads = operation === 'GetItem' || operation === 'Query'
        // It costs a few bytes of the answer.
        const counted = { ...input, ReturnConsumedCapacity: 'TOTAL' as const }
        try {
          const output = await client.send(operation, counted, signal)
          const units = unitsIn(output)
          add(reads ? { reads: units } : { writes: units })
          return output
        } catch (error) {
          // A write that its condition refused is paid for; how much is not told.
          if (!reads && isRefused(error)) add({ writes: 1 })
          throw error
        }
      },
    }),
    watchInvoke: (invoke) => async (request, signal) => {
      add({ sent: request.body.length })
      const answer = await invoke(request, signal)
      add({ got: answer.body.length })
      return answer
    },
    take() {
      const at = now()
      const taken = { ...spent, ms: spent.ms + Math.round(Math.min(IDLE_MS_MAX, at - since)) }
      since = at
      spent = NOTHING_SPENT
      return taken
    },
    giveBack: (taken) => add(taken),
    recorded: () => add({ parts: 1 }),
  }
}

/** A long poll of an empty queue. */
function broughtNothing(input: object, output: object): boolean {
  if (!('WaitTimeSeconds' in input)) return false
  const { Messages = [] } = output as { readonly Messages?: readonly unknown[] }
  return Messages.length === 0
}

const unitsIn = (output: object): number =>
  (output as { readonly ConsumedCapacity?: { readonly CapacityUnits?: number } }).ConsumedCapacity
    ?.CapacityUnits ?? 0

const isRefused = (error: unknown): boolean =>
  (error as Error | null)?.name === 'ConditionalCheckFailedException'
