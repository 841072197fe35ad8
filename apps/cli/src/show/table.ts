import { printable } from '@millrace/job'
import stringWidth from 'string-width'

/** A cell; numbers stand at the right of their column. */
export type Cell = string | number

/** Columns beneath their heads, without lines, as `kubectl` and `gh` show them. */
export function tableOf(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumeric = heads.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  )
  const texts = [heads.map((head) => head.toUpperCase()), ...rows.map((row) => row.map(textOf))]
  const widths = heads.map((_, column) =>
    texts.reduce((most, line) => Math.max(most, stringWidth(line[column] ?? '')), 0),
  )
  return texts.map((line) => lineOf(line, { widths, isNumeric })).join('\n')
}

function lineOf(
  cells: readonly string[],
  {
    widths,
    isNumeric,
  }: { readonly widths: readonly number[]; readonly isNumeric: readonly boolean[] },
): string {
  const padded = cells.map((cell, column) => {
    const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell)))
    return isNumeric[column] === true ? space + cell : cell + space
  })
  return padded.join('  ').trimEnd()
}

/** A name and what it is; nothing when that is not known. */
export type Fact = readonly [name: string, what: Cell | undefined]

/** Names and what they are, one a line. */
export function factsOf(facts: readonly Fact[]): string {
  const known = knownFacts(facts)
  const width = Math.max(...known.map(([name]) => name.length))
  return known.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n')
}

/** The text of each fact that is known. */
export const knownFacts = (facts: readonly Fact[]): (readonly [name: string, text: string])[] =>
  facts.flatMap(([name, what]) => (what === undefined ? [] : [[name, textOf(what)] as const]))

const count = new Intl.NumberFormat('en-US')

const textOf = (cell: Cell): string =>
  typeof cell === 'number' ? count.format(cell) : printable(cell)
