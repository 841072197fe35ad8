import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createCompressor } from './compress.ts'

const KINDS = ['gzip', 'zstd'] as const
/** Random, so that it stays as large: pieces reach the sink while more of them are written. */
const piece = randomBytes(256 * 1024)

/** A sink that takes so many pieces, and fails from then on. */
function sinkOf(taken: number): (bytes: Uint8Array) => Promise<void> {
  let pieces = 0
  return async () => {
    await nextTurn()
    if (++pieces > taken) throw new Error('no space')
  }
}

test.for(KINDS.flatMap((kind) => [0, 1, 5].map((taken) => [kind, taken] as const)))(
  '%s, when the sink fails after %d pieces, the next write tells why',
  async ([kind, taken]) => {
    const compressor = createCompressor(kind, sinkOf(taken))
    const writeAll = async () => {
      for (let count = 0; count < 20; count += 1) await compressor.write(piece)
    }
    await expect(writeAll()).rejects.toThrow('no space')
    await expect(compressor.write(piece)).rejects.toThrow('no space')
    await expect(compressor.end()).rejects.toThrow('no space')
    compressor.destroy()
  },
)

test.for(KINDS)('%s, when the sink fails, a write that waits for it is not left', async (kind) => {
  const compressor = createCompressor(kind, sinkOf(0))
  await expect(compressor.write(randomBytes(4 * 1024 * 1024))).rejects.toThrow('no space')
})

test.for(KINDS)('%s, when the sink fails at the very end, the end tells why', async (kind) => {
  const compressor = createCompressor(kind, sinkOf(0))
  await compressor.write(Buffer.from('short'))
  await expect(compressor.end()).rejects.toThrow('no space')
})

test.for(KINDS)('%s, what is given up while it is written fails no one else', async (kind) => {
  const compressor = createCompressor(kind, async () => {})
  await compressor.write(piece)
  compressor.destroy()
  await nextTurn()
  await expect(compressor.write(piece)).rejects.toThrow()
})
