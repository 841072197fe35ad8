import { chooseColumns } from '@millrace/csv'
import type { JobSpec, PinnedDataset } from '@millrace/job'
import { decideBy } from './decide.ts'

/**
 * Looks whether each column of a job's result would have a name of its own, where names are keys: in
 * JSON lines and in Parquet.
 *
 * @param predictions of the first rows, one line each: they tell what the spec leaves open.
 * @returns a sentence on the first name that two would have.
 */
export function unfitColumns(
  spec: Pick<JobSpec, 'dataset' | 'decision' | 'output'>,
  dataset: Pick<PinnedDataset, 'columns' | 'width'>,
  predictions: Buffer,
): string | undefined {
  const { format, names } = spec.output
  // Rows of JSON lines are joined as they are.
  if (format === 'csv' || spec.dataset.format === 'jsonl') return undefined
  const [first = ''] = predictions.toString('utf8').split('\n', 1)
  const added = decideBy(spec.decision, names, first).columns
  const taken = takenName([...joinedNames(spec, dataset), ...added.map(({ name }) => name)])
  return taken === undefined
    ? undefined
    : `Two columns of the result would be named ${JSON.stringify(taken)}: ${TAKEN_HINT}.`
}

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

/** The first name that is there twice. */
export function takenName(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => {
    const isTaken = seen.has(name)
    seen.add(name)
    return isTaken
  })
}
