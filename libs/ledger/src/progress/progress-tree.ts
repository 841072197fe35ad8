import { limits, type PlanTotals } from '@millrace/job'

/*
 * Done batches as a tree of number sets. Item k of level 0 holds those of [128 k, 128 k + 128);
 * an item that is full is itself an element of the item above it, up to a single root.
 *
 *     level 2                       {0}
 *     level 1            {0 … 127}        {128 … }
 *     level 0   {0 … 127} {128 … 255} …
 *
 * Nothing here depends on the number of batches but how much of a last item counts as full, so
 * batches are marked while the plan is still growing. All writes are set-adds: repeated, reordered
 * or half acknowledged, they end in the same sets.
 */

/** The batches (level 0) or items (above) of one level, when all are done. */
export interface Tree {
  readonly fanOut: number
  /** Elements of each level, from the batches up; the last level has one item. */
  readonly elements: readonly number[]
}

/** The tree of a plan whose number of batches is known. */
export function treeOf({ batches }: Pick<PlanTotals, 'batches'>, fanOut = FAN_OUT): Tree {
  const elements = [batches]
  for (let count = batches; count > fanOut; ) {
    count = Math.ceil(count / fanOut)
    elements.push(count)
  }
  return { fanOut, elements }
}

/** An item stays under 1 KB, so a mark costs one write unit. */
export const FAN_OUT: number = limits.progressFanOut

export const rootLevel = (tree: Tree): number => tree.elements.length - 1

/** The item that an element lies in. */
export const itemOf = (element: number, fanOut = FAN_OUT): number => Math.floor(element / fanOut)

/** Elements of an item when it is full; a last item may have fewer than the others. */
export function fullSize({ fanOut, elements }: Tree, level: number, item: number): number {
  return Math.min(fanOut, (elements[level] ?? 0) - item * fanOut)
}

/** The last item of a level. */
export function lastItem({ fanOut, elements }: Tree, level: number): number {
  return itemOf(Math.max(0, (elements[level] ?? 0) - 1), fanOut)
}
