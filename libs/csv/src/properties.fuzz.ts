import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { cases, piecesOf } from './arbitraries.fuzz.ts'
import { markLength } from './byte-order-mark.ts'
import { CsvError } from './csv-error.ts'
import type { Cut } from './cut.ts'
import { createCutter, type CutterOptions } from './cutter.ts'
import type { Dialect } from './dialect.ts'
import { fieldRanges } from './fields.ts'
import { inspectHead } from './head.ts'
import { firstFault, referenceCuts, referenceRows } from './reference.ts'
import { rowOffsets } from './row-offsets.ts'
import { createScanner } from './scanner.ts'
import { selectColumns } from './select-columns.ts'
import { createSlots, glanceOf } from './slots.ts'
import { createSurveyor, surveyRows } from './survey.ts'

/** What the fast scanner promises: on any input it answers as the byte-by-byte reference does. */
export const properties = {
  'cuts as the reference does, however the bytes are split': fc.property(cases, (drawn) => {
    const { dialect, table, rowsMax, bytesMax, header, mark, splits, glances } = drawn
    const bytes = mark ? Buffer.concat([Buffer.from('\uFEFF'), table]) : table
    const marked = markLength(bytes)
    const rows = referenceRows(bytes.subarray(marked), dialect).map(({ start, end }) => ({
      start: start + marked,
      end: end + marked,
    }))
    const wanted = referenceCuts(header ? rows.slice(1) : rows, rowsMax, bytesMax)
    const options = { dialect, rowsMax, bytesMax, header }
    const pieces = piecesOf(bytes, splits)
    assert.deepEqual(cutUp(pieces, options), wanted)
    assert.deepEqual(cutUp(pieces, { ...options, slots }, glances), wanted)
  }),

  'refuses the quotes that the reference refuses': fc.property(cases, (drawn) => {
    const { dialect, table, rowsMax, bytesMax, splits } = drawn
    const options = { dialect, rowsMax, bytesMax, header: false, strict: true }
    const bytes = Buffer.concat([Buffer.from('x'), table]) // No byte order mark.
    assert.deepEqual(faultOf(piecesOf(bytes, splits), options), firstFault(bytes, dialect))
  }),

  'surveys and finds rows as the reference does': fc.property(
    cases,
    ({ dialect, table, rowsMax, splits }) => {
      const rows = referenceRows(table, dialect)
      const width = rowsMax % 5
      const survey = surveyRows(table, dialect, width)
      const odd = rows.flatMap(({ start, end }, row) => {
        const fields = fieldRanges(table.subarray(start, end), dialect).length
        return width === 0 || fields === width ? [] : [{ row, fields }]
      })
      assert.deepEqual({ rows: survey.rows, odd: survey.odd }, { rows: rows.length, odd })
      const surveyor = createSurveyor(dialect, width)
      const inPieces = piecesOf(table, splits).flatMap((piece) => surveyor.push(piece))
      assert.deepEqual([...inPieces, ...surveyor.end()], odd)
      const offsets = [...rows.map((row) => row.start), rows.at(-1)?.end ?? 0]
      assert.deepEqual([...rowOffsets(table, dialect)], offsets)
      const bytes = rows.reduce((sum, { start, end }) => sum + end - start, 0)
      assert.equal(survey.blankLines > 0, bytes < table.length)
    },
  ),

  'reads a head, or refuses it by a code': fc.property(cases, (drawn) => {
    const { dialect, table, header, splits } = drawn
    const bytes = Buffer.concat([Buffer.from('x'), table]) // No byte order mark to be cut in two.
    const first = referenceRows(bytes, dialect)[0]?.end
    const width = fieldRanges(bytes.subarray(0, first), dialect).length
    const columns = header ? width : undefined
    const known = splits.reduce((sum, split) => sum + split, 0) % (bytes.length + 1)
    for (const end of [known, bytes.length]) {
      const head = headOf(bytes.subarray(0, end), dialect, header, end === bytes.length)
      if (head === undefined) continue
      assert.deepEqual([head.width, head.columns?.length], [width, columns])
    }
  }),

  'selects columns as the reference does': fc.property(
    cases,
    ({ dialect, table, splits, rowsMax }) => {
      if (dialect.delimiter === '') return
      const rows = referenceRows(table, dialect)
      const width = 1 + (rowsMax % 4)
      const isOdd = ({ start, end }: Cut['bytes']) =>
        fieldRanges(table.subarray(start, end), dialect).length !== width
      const dropped = rows.flatMap((row, index) => (isOdd(row) ? [index] : []))
      const kept = [...new Set([width - 1, ...splits.map((split) => split % width)])]
      const wanted = rows
        .filter((row) => !isOdd(row))
        .map((row) => referenceSelect(table.subarray(row.start, row.end), dialect, width, kept))
      const got = selectColumns(table, dialect, { width, kept }, new Set(dropped))
      assert.equal(Buffer.from(got).toString('latin1'), wanted.join(''))
    },
  ),
}

/** The head of the first bytes; nothing when they are refused. */
function headOf(bytes: Uint8Array, dialect: Dialect, header: boolean, whole: boolean) {
  try {
    return inspectHead(bytes, dialect, header ? 'present' : 'absent', whole)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return undefined
  }
}

/**
 * Cuts the pieces; in slots when there are any. Then those are glanced over before, as a thread would do it,
 * for which there is a split: up to it, and from it on.
 */
function cutUp(
  pieces: readonly Uint8Array[],
  options: CutterOptions,
  glances: readonly (number | undefined)[] = [],
): Cut[] {
  const cutter = createCutter(options)
  const cuts = pieces.flatMap((piece, index) => {
    const slot = options.slots?.buffers[0]?.subarray(0, piece.length)
    if (slot === undefined) return cutter.push(piece)
    slot.set(piece)
    const split = glances[index]
    if (split !== undefined) glanceOver(slot, split % (slot.length + 1), options.dialect)
    return cutter.push(slot)
  })
  const all = [...cuts, ...cutter.end()]
  assert.equal(
    cutter.rows,
    all.reduce((sum, cut) => sum + cut.rows, 0),
  )
  return all
}

const slots = createSlots(1)
const thread = createScanner(slots.memory)

function glanceOver(slot: Uint8Array, split: number, dialect: Dialect): void {
  thread.beginGlance(slot.byteOffset, ...glanceOf(slots, dialect).args)
  thread.glance(split)
  thread.glance(slot.length)
}

function faultOf(pieces: readonly Uint8Array[], options: CutterOptions) {
  try {
    cutUp(pieces, options)
    return undefined
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const { row, line, byte } = error
    return { row, line, byte }
  }
}

function referenceSelect(
  row: Uint8Array,
  dialect: CutterOptions['dialect'],
  width: number,
  kept: readonly number[],
): string {
  const text = Buffer.from(row).toString('latin1')
  const fields = fieldRanges(row, dialect)
  const lineEnd = text.slice(fields.at(-1)?.end)
  if (kept.length === width && kept.every((column, index) => column === index)) return text
  const texts = kept.map((column) => text.slice(fields[column]?.start, fields[column]?.end))
  const alone = texts.length === 1 && texts[0] === ''
  return (alone ? dialect.quote.repeat(2) : texts.join(dialect.delimiter)) + lineEnd
}
