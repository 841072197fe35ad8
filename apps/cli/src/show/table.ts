import { printable } from '@millrace/job'
import Table from 'cli-table3'

const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
}

/** A cell; numbers stand at the right of their column. */
export type Cell = string | number

/** Columns beneath their heads, without lines, as `kubectl` and `gh` show them. */
export function tableOf(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const numeric = heads.map((_, column) => rows.every((row) => typeof row[column] === 'number'))
  const table = new Table({
    head: heads.map((head) => head.toUpperCase()),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: numeric.map((is) => (is && rows.length > 0 ? 'right' : 'left')),
  })
  table.push(...rows.map((row) => row.map(textOf)))
  return trimmed(table.toString())
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

const trimmed = (text: string): string => text.replaceAll(/[ ]+$/gm, '')
