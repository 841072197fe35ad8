import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Contender } from './cpu-rounds.ts'

/**
 * A contender in a process of its own, which measures itself: it prints a line when it is ready, and for
 * each line of milliseconds that it gets, the µs of CPU that a call took.
 */
export async function startContender(
  command: string,
  args: readonly string[],
): Promise<AsyncDisposable & { readonly measure: Contender }> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  await once(lines, 'line')
  return {
    async measure(roundMs) {
      child.stdin.write(`${roundMs}\n`)
      const [micros] = (await once(lines, 'line')) as [string]
      return Number(micros)
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
