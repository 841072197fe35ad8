import { isUtf8 } from 'node:buffer'
import { chooseColumns } from '@millrace/csv'
import { type JobSpec, type PinnedDataset, takenName } from '@millrace/job'
import { decideBy } from './decide.ts'

type Spec = Pick<JobSpec, 'dataset' | 'decision' | 'output'>
type Table = Pick<PinnedDataset, 'columns' | 'width'>

/** The first rows of a job, one line each. */
export interface FirstRows {
  /** As they were sent. */
  readonly rows: Uint8Array
  /** They tell what the spec leaves open. */
  readonly predictions: Buffer
}

/**
 * Looks whether a job's result can have the columns that are asked for, where it is JSON lines or Parquet: names
 * are keys there, of one column each, and texts are UTF-8.
 *
 * @returns a sentence on the first thing that is in the way.
 */
export function unfitColumns(spec: Spec, dataset: Table, first: FirstRows): string | undefined {
  const { format, names } = spec.output
  if (format === 'csv') return undefined
  const [prediction = ''] = first.predictions.toString('utf8').split('\n', 1)
  const added = decideBy(spec.decision, names, prediction).columns.map(({ name }) => name)
  if (spec.dataset.format === 'jsonl') return takenMember(spec, added, first.rows)
  const taken = takenName([...joinedNames(spec, dataset), ...added])
  return taken === undefined
    ? otherEncoding(spec, dataset, first.rows)
    : `Two columns of the result would be named ${JSON.stringify(taken)}: ${TAKEN_HINT}.`
}

/** Rows of JSON lines are joined as they are, so what is added to them must have other names. */
function takenMember(
  { output }: Spec,
  added: readonly string[],
  rows: Uint8Array,
): string | undefined {
  if (output.join === 'none') return undefined
  const taken = added.find((name) => membersIn(rows).has(name))
  return taken === undefined
    ? undefined
    : `The rows have a member ${JSON.stringify(taken)} already, and the result adds one: choose another name by output.names, or output.join none.`
}

/** The keys of the rows that are objects. */
function membersIn(rows: Uint8Array): ReadonlySet<string> {
  const lines = Buffer.from(rows).toString('utf8').split('\n')
  return new Set(lines.map(objectIn).flatMap((row) => Object.keys(row)))
}

function objectIn(line: string): object {
  try {
    const row: unknown = JSON.parse(line)
    return typeof row === 'object' && row !== null && !Array.isArray(row) ? row : {}
  } catch {
    return {}
  }
}

function otherEncoding(spec: Spec, dataset: Table, rows: Uint8Array): string | undefined {
  const { format, join } = spec.output
  const name = joinedNames(spec, dataset).find((text) => text.includes(REPLACED))
  // Of the rows only the model's columns are known: they are among those that are joined, when all are.
  if (name === undefined && (join !== 'all' || isUtf8(rows))) return undefined
  return `The columns to join are not UTF-8, which output.format ${format} is: ${NOT_UTF8_HINT}.`
}

/** What bytes become that are not UTF-8. */
export const REPLACED = '\uFFFD'

export const NOT_UTF8_HINT =
  'choose output.format csv, which has their bytes, or convert the dataset first: iconv -f LATIN1 -t UTF-8 in.csv > out.csv'

export const TAKEN_HINT = 'choose other names by output.names, or other columns by output.join'

/** The names of the columns that are joined; without a header `column0`, `column1`, …. */
export function joinedNames(
  { output: { join } }: Pick<JobSpec, 'output'>,
  dataset: Pick<PinnedDataset, 'columns' | 'width'>,
): readonly string[] {
  if (join === 'none') return []
  const { kept } = chooseColumns(dataset, join === 'all' ? undefined : { include: join })
  return kept.map((column) => dataset.columns?.[column] ?? `column${column}`)
}
