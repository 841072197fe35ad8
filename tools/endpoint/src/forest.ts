/*
 * A boosted forest, flattened for speed. Every node of every tree stands in the same typed arrays,
 * siblings side by side, so that a step down is an addition and no branch:
 *
 *     node = below[node] + (x[column[node]] >= threshold[node] ? 1 : 0)
 *
 * A row is spread over 2 × features + 1 columns, so that there is no NaN and no end to look for:
 *
 *     column f             the value; -Infinity when missing: nodes whose missing rows go below
 *     column features + f  the value; +Infinity when missing: nodes whose missing rows go the other way
 *     column 2 × features  -Infinity: leaves, which have themselves below and stay where they are
 */

export interface Forest {
  /** The first node of each tree, and the steps to its deepest leaf. */
  readonly roots: Int32Array
  readonly depths: Int32Array
  readonly column: Int32Array
  readonly threshold: Float32Array
  readonly below: Int32Array
  /** What a leaf adds to the margin. */
  readonly leaf: Float32Array
}

/** One tree as XGBoost's JSON has it; leaves have -1 for children, their value for a condition. */
export interface Tree {
  readonly left_children: readonly number[]
  readonly right_children: readonly number[]
  readonly split_indices: readonly number[]
  readonly split_conditions: readonly number[]
  readonly default_left: readonly boolean[]
}

/** Lays out trees whose node numbers have been checked; deleted nodes are left behind. */
export function layOutForest(trees: readonly Tree[], features: number): Forest {
  const nodes = trees.reduce((total, tree) => total + tree.left_children.length, 0)
  const forest: Forest = {
    roots: new Int32Array(trees.length),
    depths: new Int32Array(trees.length),
    column: new Int32Array(nodes).fill(2 * features),
    threshold: new Float32Array(nodes).fill(Infinity),
    below: new Int32Array(nodes),
    leaf: new Float32Array(nodes),
  }
  let next = 0
  for (const [index, tree] of trees.entries()) {
    forest.roots[index] = next
    const laidOut = layOutTree(forest, tree, features, next)
    forest.depths[index] = laidOut.depth
    next = laidOut.next
  }
  return forest
}

/** Lays out one tree, level by level, from node `root` on. */
function layOutTree(forest: Forest, tree: Tree, features: number, root: number) {
  let next = root + 1
  let depth = 0
  let level = [{ node: 0, at: root }]
  while (level.length > 0) {
    const nextLevel: typeof level = []
    for (const { node, at } of level) {
      const left = tree.left_children[node]!
      if (left === -1) {
        forest.below[at] = at
        forest.leaf[at] = tree.split_conditions[node]!
        continue
      }
      const feature = tree.split_indices[node]!
      forest.column[at] = tree.default_left[node] === true ? feature : features + feature
      forest.threshold[at] = tree.split_conditions[node]!
      forest.below[at] = next
      const right = tree.right_children[node]!
      nextLevel.push({ node: left, at: next }, { node: right, at: next + 1 })
      next += 2
    }
    if (nextLevel.length > 0) depth++
    level = nextLevel
  }
  return { next, depth }
}
