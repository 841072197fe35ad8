import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Starts `program`, a server of these benchmarks that prints its URL, in a process of its own; disposing of it ends it. */
export async function startProcess(program: string, ...args: readonly string[]) {
  const main = join(import.meta.dirname, '..', program)
  const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    url: String(line).trim(),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
