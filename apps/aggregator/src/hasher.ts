import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { askThread } from './ask-thread.ts'

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
      await updateFile(file, first, block, bytes)
    },
    async end(block, bytes) {
      const last = new Uint8Array(block, 0, bytes)
      if (file === undefined) return createHash('sha256').update(last).digest('hex')
      const updated = updateFile(file, false, block, bytes)
      const [digest] = await Promise.all([endFile(file), updated])
      file = undefined
      return digest
    },
    abort() {
      // Nobody waits for the answer, and with a thread that has failed there is nothing to give up.
      if (file !== undefined) endFile(file).catch(() => {})
      file = undefined
    },
  }
}

async function updateFile(file: number, first: boolean, block: SharedArrayBuffer, bytes: number) {
  const reply = await askThread({ kind: 'update', file, first, block, bytes })
  assert(reply.kind === 'updated', GONE)
}

async function endFile(file: number): Promise<string> {
  const reply = await askThread({ kind: 'end', file })
  assert(reply.kind === 'ended', GONE)
  return reply.digest
}

/** A digest of the rest would be a wrong one. */
const GONE = 'the thread that hashed this file has died'
