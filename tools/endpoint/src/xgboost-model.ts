import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { EndpointError } from './endpoint-error.ts'
import { type Forest, layOutForest, type Tree } from './forest.ts'

/** A model in memory, ready to score. */
export interface XgboostModel {
  readonly objective: Objective
  /** How many columns a row has. */
  readonly features: number
  /** The margin that every row begins with, a float32. */
  readonly marginBase: number
  readonly forest: Forest
}

type Objective = (typeof OBJECTIVES)[number]

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
  const features = Number(learner.learner_model_param.num_feature)
  const objective = OBJECTIVES.find((known) => known === learner.objective.name)
  if (objective === undefined) {
    const message = `read ${name}: objective ${learner.objective.name} is not served, wanted ${OBJECTIVES.join(', ')}`
    throw new EndpointError('model_unsupported', message)
  }
  if (trees.some((tree) => tree.split_type.some((type) => type !== 0))) {
    throw new EndpointError('model_unsupported', `read ${name}: categorical splits are not served`)
  }
  if (trees.some((tree) => !splitsWithin(tree, features))) {
    throw new EndpointError('model_invalid', `read ${name}: a split on a column beyond ${features}`)
  }
  const base = Number(learner.learner_model_param.base_score.replaceAll(/[[\]]/g, ''))
  return {
    objective,
    features,
    marginBase: objective.endsWith('logistic') ? marginOf(base) : Math.fround(base),
    forest: layOutForest(trees, features),
  }
}

function splitsWithin(tree: Tree, features: number): boolean {
  return tree.left_children.every(
    (left, node) =>
      left === -1 || (tree.split_indices[node]! >= 0 && tree.split_indices[node]! < features),
  )
}

/** The margin of a probability: the inverse of the logistic function. */
const marginOf = (probability: number): number => Math.fround(-Math.log(1 / probability - 1))

const ints = z.array(z.int())
const treeSchema = z
  .object({
    left_children: ints,
    right_children: ints,
    split_indices: ints,
    split_conditions: z.array(z.number()),
    default_left: z.array(z.union([z.boolean(), z.number()]).transform(Boolean)),
    split_type: ints.default([]),
  })
  .refine(isTree, 'wanted a tree that begins at node 0')

/** True when every way from the root ends at a leaf and no two ways meet. */
function isTree({ left_children: left, right_children: right, ...tree }: Tree): boolean {
  const arrays = [right, tree.split_indices, tree.split_conditions, tree.default_left]
  if (arrays.some((array) => array.length !== left.length)) return false
  const seen = new Set<number>()
  const ahead = [0]
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (!(node >= 0 && node < left.length) || seen.has(node)) return false
    seen.add(node)
    if (left[node] !== -1) ahead.push(left[node]!, right[node]!)
  }
  return true
}

const modelSchema = z.object({
  learner: z.object({
    learner_model_param: z.object({
      base_score: z.string(),
      num_feature: z.string().regex(/^[1-9]\d{0,6}$/),
    }),
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
