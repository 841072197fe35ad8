import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { askThread } from './ask-thread.ts'
import type { UpdateRequest } from './thread-messages.ts'

/** SHA-256 of one file. */
export interface Hasher {
  /** Takes the first `bytes` of a block, and gives the block back. */
  update(block: ArrayBuffer, bytes: number): Promise<ArrayBuffer>
  /** The digest (hexadecimal) of all that came, and of a last block, which comes back too. */
  end(block: ArrayBuffer, bytes: number): Promise<{ digest: string; block: ArrayBuffer }>
  /** Gives up a file that will not end. */
  abort(): void
}

let files = 0

/**
 * Hashes in the other thread: a gigabyte takes a second, in which this one writes the next. What fits one
 * block is hashed here.
 */
export function createHasher(): Hasher {
  let file: number | undefined
  return {
    async update(block, bytes) {
      const first = file === undefined
      file ??= files++
      return await updateFile({ file, first, memory: block, bytes })
    },
    async end(block, bytes) {
      if (file === undefined) {
        const last = new Uint8Array(block, 0, bytes)
        return { digest: createHash('sha256').update(last).digest('hex'), block }
      }
      const updated = updateFile({ file, first: false, memory: block, bytes })
      const [digest, back] = await Promise.all([endFile(file), updated])
      file = undefined
      return { digest, block: back }
    },
    abort() {
      // Nobody waits for the answer, and with a thread that has failed there is nothing to give up.
      if (file !== undefined) endFile(file).catch(() => {})
      file = undefined
    },
  }
}

async function updateFile(update: Omit<UpdateRequest, 'kind'>): Promise<ArrayBuffer> {
  const reply = await askThread({ kind: 'update', ...update })
  assert(reply.kind === 'updated', GONE)
  return reply.memory
}

async function endFile(file: number): Promise<string> {
  const reply = await askThread({ kind: 'end', file })
  assert(reply.kind === 'ended', GONE)
  return reply.digest
}

/** A digest of the rest would be a wrong one. */
const GONE = 'the thread that hashed this file has died'
