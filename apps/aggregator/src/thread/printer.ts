import assert from 'node:assert/strict'
import type { PrintedPart, PrintParts } from '@millrace/ledger'
import { kernelStyle, linesBytesMax, linesIn, type RowStyle } from '@millrace/predictions'
import { askThread } from './ask-thread.ts'
import type { PrintRequest } from './thread-messages.ts'

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT
/** Memory that is kept for the next groups of parts; more of it is left to V8. */
const KEPT_MAX = 16

const kept: ArrayBuffer[] = []

/**
 * Prints the floats of parts in the other thread, or the rows of a result where their style is told, and
 * hashes what their digests cover, while this one is at the parts before them. All of a group lie in one
 * memory:
 *
 *     | head of the digest | floats | lines | head of the digest | …
 */
export function createPrinter(style: RowStyle | undefined): PrintParts {
  const inKernel = style && kernelStyle(style)
  return async (parts) => {
    let end = 0
    const requests = parts.map(({ floats, digestHead }): PrintRequest => {
      const rows = floats.length / FLOAT_BYTES
      const [headAt, floatsAt] = [end, end + Buffer.byteLength(digestHead)]
      const linesAt = alignedTo8(floatsAt + floats.length)
      end = alignedTo8(linesAt + linesBytesMax(rows, inKernel))
      return { headAt, floatsAt, rows, linesAt }
    })
    const given = takeMemory(end)
    const bytes = Buffer.from(given)
    for (const [index, { floats, digestHead }] of parts.entries()) {
      const { headAt = 0, floatsAt = 0 } = requests[index] ?? {}
      bytes.write(digestHead, headAt)
      bytes.set(floats, floatsAt)
    }
    const reply = await askThread({ kind: 'print', memory: given, parts: requests, style })
    assert(reply.kind === 'printed')
    const { memory } = reply
    const held = new Set(parts.keys())
    return reply.parts.map(({ digest, ...found }, index): PrintedPart => {
      const { linesAt = 0, rows = 0 } = requests[index] ?? {}
      const release = (): void => {
        if (held.delete(index) && held.size === 0 && kept.length < KEPT_MAX) kept.push(memory)
      }
      return { lines: linesIn(new Uint8Array(memory, linesAt), rows, found), digest, release }
    })
  }
}

/** What was given back last first: a core has that still at hand. */
function takeMemory(bytes: number): ArrayBuffer {
  const last = kept.pop()
  if (last !== undefined && last.byteLength >= bytes) return last
  return new ArrayBuffer(Math.ceil(bytes * 1.25))
}

const alignedTo8 = (at: number): number => Math.ceil(at / 8) * 8
