import type { Cut } from './cut.ts'
import type { QuotingCheck } from './quoting-check.ts'
import { createScanner, type ScannerExports } from './scanner.ts'
import {
  createSlots,
  CUTS_AT,
  CUTS_END,
  type Slots,
  slotBytes,
  STAGING_AT,
  takeNotes,
} from './slots.ts'

/** A scanner as a cutter uses it: with state of its own, in memory that is shared within one call only. */
export interface CutterScanner {
  readonly wasm: ScannerExports
  readonly slots: Slots
  /** The memory of the slots, which never grows: to view it anew for each piece takes longer than to cut it. */
  readonly words: Uint32Array
  readonly found: Float64Array
}

/** Takes a scanner in that memory, or in one without slots. They are used again, object after object. */
export function takeScanner(slots: Slots = (noSlots ??= createSlots(0))): CutterScanner {
  return idle.get(slots)?.pop() ?? createCutterScanner(slots)
}

function createCutterScanner(slots: Slots): CutterScanner {
  const { memory } = slots
  return {
    wasm: createScanner(memory),
    slots,
    words: new Uint32Array(memory.buffer),
    found: new Float64Array(memory.buffer, CUTS_AT, (CUTS_END - CUTS_AT) / 8),
  }
}

export function giveBack(scanner: CutterScanner): void {
  const kept = idle.get(scanner.slots) ?? []
  if (kept.length < IDLE_MAX) idle.set(scanner.slots, [...kept, scanner])
}

const IDLE_MAX = 4
const idle = new WeakMap<Slots, CutterScanner[]>()
let noSlots: Slots | undefined

/** Scans bytes that stand at `position` in the object: in place when they lie in a slot. */
export function scanPiece(
  scanner: CutterScanner,
  piece: Uint8Array,
  position: number,
  cuts: Cut[],
  check?: QuotingCheck,
): void {
  if (piece.buffer === scanner.slots.memory.buffer) {
    check?.checkAt(piece.byteOffset, piece.length, position)
    scanAt(scanner, piece, position, cuts)
    return
  }
  const staging = new Uint8Array(scanner.slots.memory.buffer, STAGING_AT, slotBytes)
  for (let from = 0; from < piece.length; from += STAGED_BYTES) {
    const part = staging.subarray(0, Math.min(STAGED_BYTES, piece.length - from))
    part.set(piece.subarray(from, from + STAGED_BYTES))
    check?.checkAt(STAGING_AT, part.length, position + from)
    scanAt(scanner, part, position + from, cuts)
  }
}

/** So much is copied at a time that the core's own cache holds it. */
const STAGED_BYTES = 256 * 1_024

function scanAt(scanner: CutterScanner, piece: Uint8Array, position: number, cuts: Cut[]): void {
  const { byteOffset: at, length } = piece
  const notes = takeNotes(scanner.words, piece)
  const scan = (from: number) =>
    scanner.wasm.scanCuts(at, from, length, position, notes.at, notes.noted, CUTS_AT, CUTS_END)
  for (let done = 0; done < length; ) {
    done = scan(done)
    readCuts(scanner, cuts)
  }
}

/** The object ends at `position`: its last cuts. */
export function endPieces(scanner: CutterScanner, position: number, cuts: Cut[]): void {
  scanner.wasm.endCuts(position, CUTS_AT)
  readCuts(scanner, cuts)
}

function readCuts({ wasm, found }: CutterScanner, cuts: Cut[]): void {
  const count = (wasm.cutsEnd() - CUTS_AT) / 8
  for (let at = 0; at < count; at += 3) {
    const [rows, start, end] = [found[at]!, found[at + 1]!, found[at + 2]!]
    cuts.push({ rows, bytes: { start, end } })
  }
}
