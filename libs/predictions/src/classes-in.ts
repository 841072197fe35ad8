import type { Decision } from '@millrace/job'
import { valuesOf } from './decide.ts'

/**
 * How many classes a multi-class decision without labels tells apart: as many as most of the first rows have, and
 * the first of those where they are as many. So one odd row, be it the very first, costs itself and no other.
 *
 * @param predictions one line each; an empty one is of a row that has none.
 * @returns nothing for another decision, and where no row has several numbers.
 */
export function classesIn(
  { kind, labels }: Pick<Decision, 'kind' | 'labels'>,
  predictions: Buffer,
): number | undefined {
  if (kind !== 'multiclass' || labels !== undefined) return undefined
  const rows = new Map<number, number>()
  for (const text of predictions.toString('utf8').split('\n')) {
    const { length } = valuesOf(text)
    if (length > 1) rows.set(length, (rows.get(length) ?? 0) + 1)
  }
  const most = Math.max(...rows.values())
  return [...rows].find(([, found]) => found === most)?.[0]
}
