import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Starts `storage-server.ts` in a process of its own; disposing of it ends it. */
export async function startServer(kind: string, bytes: number) {
  const main = join(import.meta.dirname, 'storage-server.ts')
  const child = spawn(process.execPath, [main, kind, String(bytes)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    url: String(line).trim(),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
