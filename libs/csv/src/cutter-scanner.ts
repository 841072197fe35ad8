import assert from 'node:assert/strict'
import type { Cut } from './cut.ts'
import type { QuotingCheck } from './quoting-check.ts'
import { createMemory, createScanner, type ScannerExports, type ScannerMemory } from './scanner.ts'

/*
 * A scanner's memory as a cutter uses it. Behind each buffer is room that the scanner may read.
 *
 *     | cuts found | staging, for bytes that are elsewhere | slot 0 | slot 1 | …
 */

export const slotBytes = 1024 * 1024
const SLOTS_MAX = 64
const CUTS_AT = 1_024
const CUTS_END = 64 * 1_024
const STAGING_AT = CUTS_END
const STAGING_BYTES = 256 * 1_024
const MARGIN_BYTES = 64
const SLOTS_AT = STAGING_AT + STAGING_BYTES + MARGIN_BYTES
const SLOT_STRIDE = slotBytes + MARGIN_BYTES

export interface CutterScanner {
  readonly wasm: ScannerExports
  readonly memory: ScannerMemory
  slot(index: number): Uint8Array
}

/**
 * Takes a scanner with that many slots. They are used again, object after object: each reserves
 * address space that is only given back when garbage is collected.
 */
export function takeScanner(slots: number): CutterScanner {
  assert(
    Number.isInteger(slots) && slots >= 0 && slots <= SLOTS_MAX,
    `slots: wanted 0 to ${SLOTS_MAX}`,
  )
  const kept = idle.get(slots)?.pop()
  if (kept !== undefined) return kept
  const memory = createMemory(SLOTS_AT + slots * SLOT_STRIDE)
  return {
    wasm: createScanner(memory),
    memory,
    slot: (index) => new Uint8Array(memory.buffer, SLOTS_AT + index * SLOT_STRIDE, slotBytes),
  }
}

/** Gives a scanner back that nobody reads into any more. */
export function giveBack(scanner: CutterScanner, slots: number): void {
  const kept = idle.get(slots) ?? []
  if (kept.length < IDLE_MAX) idle.set(slots, [...kept, scanner])
}

const IDLE_MAX = 4
const idle = new Map<number, CutterScanner[]>()

/** Scans bytes that stand at `position` in the object: in place when they lie in a slot. */
export function scanPiece(
  scanner: CutterScanner,
  piece: Uint8Array,
  position: number,
  cuts: Cut[],
  check?: QuotingCheck,
): void {
  if (piece.buffer === scanner.memory.buffer) {
    check?.checkAt(piece.byteOffset, piece.length, position)
    scanAt(scanner, piece.byteOffset, piece.length, position, cuts)
    return
  }
  const staging = new Uint8Array(scanner.memory.buffer, STAGING_AT, STAGING_BYTES)
  for (let from = 0; from < piece.length; from += STAGING_BYTES) {
    const part = piece.subarray(from, from + STAGING_BYTES)
    staging.set(part)
    check?.checkAt(STAGING_AT, part.length, position + from)
    scanAt(scanner, STAGING_AT, part.length, position + from, cuts)
  }
}

function scanAt(
  scanner: CutterScanner,
  at: number,
  length: number,
  position: number,
  cuts: Cut[],
): void {
  for (let done = 0; done < length; ) {
    const left = length - done
    done += scanner.wasm.scanCuts(at + done, left, position + done, CUTS_AT, CUTS_END)
    readCuts(scanner, cuts)
  }
}

/** The object ends at `position`: its last cuts. */
export function endPieces(scanner: CutterScanner, position: number, cuts: Cut[]): void {
  scanner.wasm.endCuts(position, CUTS_AT)
  readCuts(scanner, cuts)
}

function readCuts({ wasm, memory }: CutterScanner, cuts: Cut[]): void {
  const fields = new Float64Array(memory.buffer, CUTS_AT, (wasm.cutsEnd() - CUTS_AT) / 8)
  for (let at = 0; at < fields.length; at += 3) {
    const [rows = 0, start = 0, end = 0] = fields.subarray(at, at + 3)
    cuts.push({ rows, bytes: { start, end } })
  }
}
