import { z } from 'zod'
import { resultByName } from './by-name.ts'
import { shown } from './issue-words.ts'
import { column, uri } from './spec-fields.ts'

/** For who holds a spec against the published schema; here `resultIssues` holds it, and says it in words. */
const UNIQUE = { uniqueItems: true }

/** How predictions become classes. A job has one; each later export of it may have another. */
export const decisionSchema = z.strictObject({
  kind: z.enum(['binary', 'multiclass', 'none']).default('binary'),
  threshold: z
    .union([z.number(), z.array(z.number()).min(1).max(32).meta(UNIQUE)])
    .default(0.5)
    .describe('Above it is the second label; exactly it is not. Each of several has a column.'),
  labels: z
    .array(z.string().max(256))
    .min(2)
    .max(10_000)
    .meta(UNIQUE)
    .optional()
    .describe('By class, from the first; `0` and `1`, or the number of the class, when absent.'),
  probabilities: z
    .enum(['each', 'winner'])
    .default('each')
    .describe('Multi-class: a column for each class, or one for the class that won.'),
})

export type Decision = z.output<typeof decisionSchema>

const columnName = z.string().min(1).max(256)

/** Where a result goes and what it looks like. */
export const outputSchema = z
  .strictObject({
    uri: uri.describe('The result file; or a folder that ends in a slash, for `result.csv` in it.'),
    format: z
      .enum(['csv', 'jsonl', 'parquet'])
      .optional()
      .describe(
        'By the name when absent: `.jsonl`, `.ndjson` and `.parquet` are what they say, all else is CSV.',
      ),
    compression: z
      .enum(['auto', 'none', 'gzip', 'zstd'])
      .optional()
      .describe(
        'Of the file, or of the pages of Parquet; `auto` is none, and zstd for Parquet. By the name when absent: `.gz`, `.zst`, else `auto`.',
      ),
    join: z
      .union([z.enum(['none', 'all']), z.array(column).min(1).max(100_000)])
      .default('none')
      .describe('Which input columns stand beside the prediction, byte for byte.'),
    files: z
      .enum(['one', 'per_object'])
      .default('one')
      .describe('One result, or one for each input object: its name and `.out`, in the folder.'),
    header: z
      .enum(['auto', 'present', 'absent'])
      .default('auto')
      .describe('Of CSV; `auto` writes one unless an input without a header is joined.'),
    names: z
      .strictObject({
        prediction: columnName.default('Prediction'),
        probability: columnName.default('Probability'),
        classification: columnName.optional(),
      })
      .prefault({})
      .describe('Of the columns that are added.'),
    errors: z
      .strictObject({ row: z.boolean().default(false).describe('Each with the row itself.') })
      .prefault({})
      .describe('What the file of failed rows holds.'),
  })
  .transform(({ uri: place, ...said }) => {
    const named = resultByName(place)
    const {
      format = named.format ?? 'csv',
      compression = named.compression ?? 'auto',
      ...rest
    } = said
    return { uri: place, format, compression, ...rest }
  })

export type Output = z.output<typeof outputSchema>

/** The thresholds of a binary decision, of which there is at least one. */
export function thresholdsOf({ threshold }: Decision): readonly number[] {
  return typeof threshold === 'number' ? [threshold] : threshold
}

/**
 * The names of the columns that a prediction fills, in their order.
 *
 * @param classes how many a multi-class decision without labels has: two at least.
 */
export function addedNames(
  decision: Decision,
  { prediction, probability, classification }: Output['names'],
  classes = 2,
): readonly string[] {
  const { kind, probabilities, labels } = decision
  if (kind === 'none') return [prediction]
  if (kind === 'binary') {
    const name = classification ?? 'Binary Classification'
    const thresholds = thresholdsOf(decision)
    const isOne = thresholds.length === 1
    return [prediction, ...thresholds.map((threshold) => (isOne ? name : `${name} ${threshold}`))]
  }
  const name = classification ?? 'Classification'
  if (probabilities === 'winner') return [name, probability]
  const each = labels ?? Array.from({ length: classes }, (_, index) => String(index))
  return [...each.map((label) => `${probability} ${label}`), name]
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

/** What is wrong with decision and output beside each other, by the path of what is wrong. */
export function resultIssues(
  format: 'csv' | 'jsonl',
  decision: Decision,
  output: Output,
): readonly { readonly path: readonly string[]; readonly message: string }[] {
  const { kind, labels } = decision
  const thresholds = thresholdsOf(decision)
  const { join, files, uri: target } = output
  const isLabelTwice = labels !== undefined && new Set(labels).size < labels.length
  const isThresholdTwice = new Set(thresholds).size < thresholds.length
  const isNamed = output.format !== 'csv' || output.header !== 'absent'
  const taken = takenName(addedNames(decision, output.names))
  const checks: readonly (readonly [boolean, string, string])[] = [
    [
      kind === 'binary' && labels !== undefined && labels.length !== 2,
      'decision.labels',
      `a binary decision has 2, got ${labels?.length}`,
    ],
    [isLabelTwice, 'decision.labels', 'wanted different ones'],
    [isThresholdTwice, 'decision.threshold', 'wanted different ones'],
    [
      taken !== undefined && isNamed && !isLabelTwice && !isThresholdTwice,
      'output.names',
      `wanted different ones, got two columns ${shown(taken)}`,
    ],
    [
      files === 'per_object' && !target.endsWith('/'),
      'output.uri',
      'wanted a folder that ends in a slash, for output.files: per_object',
    ],
    [
      format === 'jsonl' && Array.isArray(join),
      'output.join',
      'a dataset of JSON lines is joined as a whole: wanted all, or none',
    ],
    [
      format === 'jsonl' && join === 'all' && output.format !== 'jsonl',
      'output.format',
      `a dataset of JSON lines is joined into JSON lines: wanted jsonl, got ${output.format}`,
    ],
  ]
  return checks
    .filter(([wrong]) => wrong)
    .map(([, path, message]) => ({ path: path.split('.'), message }))
}
