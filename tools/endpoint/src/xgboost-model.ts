import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { EndpointError } from './endpoint-error.ts'

/** A boosted forest, flattened: every node of every tree stands in the same typed arrays. */
export interface XgboostModel {
  readonly objective: Objective
  /** How many columns a row has. */
  readonly features: number
  /** The margin that every row begins with, a float32. */
  readonly marginBase: number
  /** The first node of each tree. */
  readonly roots: Int32Array
  /** The column that a node splits on; -1 at a leaf. */
  readonly splitFeature: Int32Array
  /** A node's threshold; a leaf's value. */
  readonly value: Float32Array
  /** Where a row goes whose value is below the threshold, not below it, or missing. */
  readonly below: Int32Array
  readonly notBelow: Int32Array
  readonly missing: Int32Array
}

export type Objective = (typeof OBJECTIVES)[number]

const OBJECTIVES = [
  'binary:logistic',
  'binary:logitraw',
  'reg:logistic',
  'reg:squarederror',
] as const

/**
 * Reads a model that XGBoost saved as JSON (`save_model('model.json')`).
 *
 * @throws {EndpointError} `model_unreadable`, `model_invalid` or `model_unsupported`.
 */
export function loadXgboostModel(path: string | URL): XgboostModel {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'no such file' : message
    throw new EndpointError('model_unreadable', `read ${String(path)}: ${reason}`, { cause })
  }
  return parseXgboostModel(text, String(path))
}

/**
 * Reads a model from XGBoost's JSON text; `name` is for messages.
 *
 * @throws {EndpointError} `model_invalid` or `model_unsupported`.
 */
export function parseXgboostModel(json: string, name = 'model'): XgboostModel {
  const { learner } = readDocument(json, name)
  const { trees } = learner.gradient_booster.model
  const objective = OBJECTIVES.find((known) => known === learner.objective.name)
  if (objective === undefined) {
    const message = `read ${name}: objective ${learner.objective.name} is not served, wanted ${OBJECTIVES.join(', ')}`
    throw new EndpointError('model_unsupported', message)
  }
  if (trees.some((tree) => tree.split_type.some((type) => type !== 0))) {
    throw new EndpointError('model_unsupported', `read ${name}: categorical splits are not served`)
  }
  const base = Number(learner.learner_model_param.base_score.replaceAll(/[[\]]/g, ''))
  return {
    objective,
    features: Number(learner.learner_model_param.num_feature),
    marginBase: objective.endsWith('logistic') ? marginOf(base) : Math.fround(base),
    ...flatten(trees),
  }
}

/** The margin of a probability: the inverse of the logistic function. */
const marginOf = (probability: number): number => Math.fround(-Math.log(1 / probability - 1))

const ints = z.array(z.int())
const treeSchema = z.object({
  left_children: ints,
  right_children: ints,
  split_indices: ints,
  split_conditions: z.array(z.number()),
  default_left: z.array(z.union([z.boolean(), z.number()]).transform(Boolean)),
  split_type: ints.default([]),
})
type Tree = z.output<typeof treeSchema>

const modelSchema = z.object({
  learner: z.object({
    learner_model_param: z.object({ base_score: z.string(), num_feature: z.string() }),
    objective: z.object({ name: z.string() }),
    gradient_booster: z.object({
      name: z.literal('gbtree', 'wanted the booster gbtree'),
      model: z.object({ trees: z.array(treeSchema) }),
    }),
  }),
})

function readDocument(json: string, name: string): z.output<typeof modelSchema> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new EndpointError('model_invalid', `read ${name}: not JSON`, { cause })
  }
  const parsed = modelSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const what = `${issue?.path.join('.')}: ${issue?.message}`
  const message = `read ${name}: not a model that XGBoost saved as JSON (${what})`
  throw new EndpointError('model_invalid', message, { cause: parsed.error })
}

function flatten(trees: readonly Tree[]) {
  const nodes = trees.reduce((total, tree) => total + tree.left_children.length, 0)
  const forest = {
    roots: new Int32Array(trees.length),
    splitFeature: new Int32Array(nodes).fill(-1),
    value: new Float32Array(nodes),
    below: new Int32Array(nodes),
    notBelow: new Int32Array(nodes),
    missing: new Int32Array(nodes),
  }
  let root = 0
  trees.forEach((tree, index) => {
    forest.roots[index] = root
    tree.left_children.forEach((left, node) => {
      const at = root + node
      forest.value[at] = tree.split_conditions[node]!
      if (left === -1) return
      forest.splitFeature[at] = tree.split_indices[node]!
      const right = tree.right_children[node]!
      forest.below[at] = root + left
      forest.notBelow[at] = root + right
      forest.missing[at] = root + (tree.default_left[node] === true ? left : right)
    })
    root += tree.left_children.length
  })
  return forest
}
