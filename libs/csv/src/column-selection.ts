import { CsvError } from './csv-error.ts'
import type { Head } from './head.ts'
import { nearest } from './nearest.ts'

/** Columns by name or by index from 0. */
export type ColumnChoice =
  | { readonly include: readonly (string | number)[] }
  | { readonly exclude: readonly (string | number)[] }

/** The columns that are kept, found in a head. */
export interface ColumnSelection {
  /** Fields of a row as it is in the object. */
  readonly width: number
  /** Indexes of the kept columns, in the order in which they are written. */
  readonly kept: readonly number[]
}

/**
 * Finds the chosen columns. `include` writes them in the order in which it lists them, since that
 * is the order of the model's features; `exclude` keeps the object's order; no choice keeps all. Of columns of
 * one name `include` takes the first, and `exclude` leaves out all: what a model is not to see may be there twice.
 *
 * @throws {CsvError} `unknown_column`, listing every name that is not there with near matches;
 *   `repeated_column` when one is included twice; `no_column` when nothing is left.
 */
export function chooseColumns(
  { columns, width }: Pick<Head, 'columns' | 'width'>,
  choice?: ColumnChoice,
): ColumnSelection {
  const all = Array.from({ length: width }, (_, index) => index)
  if (choice === undefined) return { width, kept: all }
  if ('include' in choice) {
    return { width, kept: distinct(indexesOf(choice.include, columns, width), choice.include) }
  }
  const excluded = new Set<string | number>(indexesOf(choice.exclude, columns, width))
  for (const column of choice.exclude) if (typeof column === 'string') excluded.add(column)
  const kept = all.filter(
    (index) => !excluded.has(index) && !excluded.has(columns?.[index] ?? index),
  )
  if (kept.length > 0) return { width, kept }
  throw new CsvError('no_column', `choose columns: none of ${width} is left`)
}

/** A column sent twice would make the payload larger than the batch that was cut to fit. */
function distinct(
  columns: readonly number[],
  wanted: readonly (string | number)[],
): readonly number[] {
  if (new Set(columns).size === columns.length) return columns
  const again = columns.findIndex((column, index) => columns.indexOf(column) < index)
  const said = [wanted[columns.indexOf(columns[again] ?? 0)], wanted[again]]
  const names = [...new Set(said)].map((name) => JSON.stringify(name)).join(', also said as ')
  throw new CsvError('repeated_column', `choose columns: column ${names} is included twice`)
}

function indexesOf(
  wanted: readonly (string | number)[],
  columns: readonly string[] | undefined,
  width: number,
): number[] {
  const places = placesOf(columns ?? [])
  const found = wanted.map((column) => {
    if (typeof column === 'string') return places.get(column) ?? -1
    return column < width ? column : -1
  })
  const unknown = wanted.filter((_, index) => found[index] === -1)
  if (unknown.length === 0) return found
  throw new CsvError('unknown_column', `choose columns: ${describe(unknown, columns, width)}`, {
    hint: columns
      ? `the columns are ${listed(columns, (name) => JSON.stringify(name))}`
      : 'the table has no header: choose by index from 0, or say header: present',
  })
}

/** Names that occur twice stand for the first, as a reader from left to right finds it. */
function placesOf(columns: readonly string[]): Map<string, number> {
  const places = new Map<string, number>()
  columns.forEach((name, index) => {
    if (!places.has(name)) places.set(name, index)
  })
  return places
}

function describe(
  unknown: readonly (string | number)[],
  columns: readonly string[] | undefined,
  width: number,
): string {
  return listed(unknown, (column) => {
    if (typeof column === 'number') {
      // A number is an index, and years are names that look like one.
      const named = columns?.includes(String(column)) === true
      const meant = named ? `; "${column}", in quotes, is the one of that name` : ''
      return `no column ${column} (the table has ${width}${meant})`
    }
    const near = nearest(column, columns ?? [])
    const meant = near === undefined ? '' : ` (did you mean ${JSON.stringify(near)}?)`
    return `no column ${JSON.stringify(column)}${meant}`
  })
}

const LISTED_MAX = 20

/** Only what is listed is described: a near match is looked for among all columns. */
function listed<Item>(items: readonly Item[], textOf: (item: Item) => string): string {
  const more = items.length - LISTED_MAX
  const shown = items.slice(0, LISTED_MAX).map(textOf).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}
