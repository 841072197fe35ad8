import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

export type HashRequest =
  | {
      readonly kind: 'update'
      readonly file: number
      readonly block: SharedArrayBuffer
      readonly bytes: number
    }
  | { readonly kind: 'end'; readonly file: number }

export type HashReply =
  | { readonly kind: 'updated' }
  | { readonly kind: 'ended'; readonly digest: string }

/** SHA-256 of one file. */
export interface Hasher {
  /** Takes the first `bytes` of a block, which has to stay as it is until it resolves. */
  update(block: SharedArrayBuffer, bytes: number): Promise<void>
  /** The digest (hexadecimal) of all that came, and of a last block. */
  end(block: SharedArrayBuffer, bytes: number): Promise<string>
  /** Gives up a file that will not end. */
  abort(): void
}

let files = 0
let thread: HashThread | undefined

/**
 * Hashes in another thread: a gigabyte takes a second, in which this one writes the next. There is one
 * thread for the process, begun by the first file that does not fit one block.
 */
export function createHasher(): Hasher {
  let file: number | undefined
  const ask = async (request: HashRequest): Promise<string> => {
    thread ??= startThread(() => (thread = undefined))
    const reply = await thread.ask(request)
    return reply.kind === 'ended' ? reply.digest : ''
  }
  return {
    async update(block, bytes) {
      file ??= files++
      await ask({ kind: 'update', file, block, bytes })
    },
    async end(block, bytes) {
      const last = new Uint8Array(block, 0, bytes)
      if (file === undefined) return createHash('sha256').update(last).digest('hex')
      const updated = ask({ kind: 'update', file, block, bytes })
      const [digest] = await Promise.all([ask({ kind: 'end', file }), updated])
      file = undefined
      return digest
    },
    abort() {
      // Nobody waits for the answer, and with a thread that has failed there is nothing to give up.
      if (file !== undefined) ask({ kind: 'end', file }).catch(() => {})
      file = undefined
    },
  }
}

interface HashThread {
  ask(request: HashRequest): Promise<HashReply>
}

/** It keeps the process alive only while an answer is waited for. */
function startThread(onEnd: () => void): HashThread {
  // Beside this module, as TypeScript here and as JavaScript in a bundle.
  const program = new URL(`./hash-thread${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(program)
  const waiting: PromiseWithResolvers<HashReply>[] = []
  worker.on('message', (reply: HashReply) => {
    waiting.shift()?.resolve(reply)
    if (waiting.length === 0) worker.unref()
  })
  worker.on('error', (error) => {
    onEnd()
    for (const { reject } of waiting.splice(0)) reject(error)
  })
  return {
    ask(request) {
      const answer = Promise.withResolvers<HashReply>()
      waiting.push(answer)
      worker.ref()
      worker.postMessage(request)
      return answer.promise
    },
  }
}
