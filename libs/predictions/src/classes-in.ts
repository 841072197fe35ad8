import type { Decision } from '@millrace/job'
import { valuesOf } from './decide.ts'

/**
 * How many classes a multi-class decision without labels tells apart: as many as more than half of the first rows
 * have, and two at least. So one odd row, be it the very first, costs itself and no other.
 *
 * @param predictions one line each; an empty one is of a row that has none.
 * @returns nothing for another decision, and where too few rows agree.
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
  const all = [...rows.values()].reduce((sum, found) => sum + found, 0)
  return [...rows].find(([, found]) => found > 1 && found * 2 > all)?.[0]
}
