import assert from 'node:assert/strict'
import type { Batch } from './batch.ts'
import { limits } from './limits.ts'

/*
 * A plan is a sequence of segments, each an object of up to 1,024 records:
 *
 *     header   8 bytes  'MRPLAN' and the version, 1, as two bytes
 *     record  32 bytes  u64 first row · u64 first byte · u32 rows · u32 bytes · u32 object · u32 zero
 *
 * Little-endian. A record stands at 8 + 32 × (batch mod 1,024), so one batch's ranges cost one read
 * of 32 bytes. A segment is written before its batches are published, and only ever with the same
 * bytes: the plan follows from the pinned dataset and the spec.
 */

const MAGIC = Buffer.from('MRPLAN\x01\x00', 'latin1')
const RECORD_BYTES = 32

/** The segment that a batch's record lies in. */
export const planSegmentOf = (batch: number): number =>
  Math.floor(batch / limits.planSegmentBatches)

/** The name of a segment beside its job's other documents. */
export const planSegmentName = (segment: number): string =>
  `plan/${String(segment).padStart(6, '0')}.bin`

/** Writes consecutive batches, the first of which begins a segment. */
export function encodePlanSegment(batches: readonly Batch[]): Buffer {
  assert(batches.length > 0 && batches.length <= limits.planSegmentBatches)
  const bytes = Buffer.alloc(MAGIC.length + batches.length * RECORD_BYTES)
  MAGIC.copy(bytes)
  batches.forEach((batch, index) => {
    assert.equal(batch.batch % limits.planSegmentBatches, index)
    const at = MAGIC.length + index * RECORD_BYTES
    bytes.writeBigUInt64LE(BigInt(batch.rows.start), at)
    bytes.writeBigUInt64LE(BigInt(batch.bytes.start), at + 8)
    bytes.writeUInt32LE(batch.rows.end - batch.rows.start, at + 16)
    bytes.writeUInt32LE(batch.bytes.end - batch.bytes.start, at + 20)
    bytes.writeUInt32LE(batch.object, at + 24)
  })
  return bytes
}

/**
 * Reads a segment.
 *
 * @throws {PlanError} when the bytes are no plan segment of a known version, or are cut.
 */
export function decodePlanSegment(segment: number, bytes: Buffer): readonly Batch[] {
  const records = (bytes.length - MAGIC.length) / RECORD_BYTES
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || !Number.isInteger(records)) {
    throw new PlanError(`plan segment ${segment}: not a plan of version 1 (${bytes.length} bytes)`)
  }
  return Array.from({ length: records }, (_, index) => {
    const at = MAGIC.length + index * RECORD_BYTES
    const row = Number(bytes.readBigUInt64LE(at))
    const byte = Number(bytes.readBigUInt64LE(at + 8))
    return {
      batch: segment * limits.planSegmentBatches + index,
      rows: { start: row, end: row + bytes.readUInt32LE(at + 16) },
      bytes: { start: byte, end: byte + bytes.readUInt32LE(at + 20) },
      object: bytes.readUInt32LE(at + 24),
    }
  })
}

export class PlanError extends Error {
  override readonly name = 'PlanError'
  readonly code = 'plan_unreadable'
  readonly retryable = false
}
