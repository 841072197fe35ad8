import { createWaitingLine } from '@millrace/invocation'

/**
 * Does what it is given one at a time, in the order in which it is asked; what fails leaves the next its turn. On abort
 * while it waits, rejects with the signal's reason.
 */
export type InTurn = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>

export function createInTurn(): InTurn {
  const line = createWaitingLine()
  let isTaken = false
  return async (work, signal) => {
    signal.throwIfAborted()
    // Who has had the turn hands it on.
    if (isTaken) await line.wait(signal)
    isTaken = true
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      if (line.length > 0) line.startFirst()
      else isTaken = false
    }
  }
}
