import type { JobSpec } from './job-spec.ts'
import { decisionSchema, outputSchema } from './result-spec.ts'

/**
 * Settings of a spec that have no effect beside its other ones, each with why: `decision.threshold (the decision is
 * none)`. Who sends them has meant something else, perhaps; they may also be kept for later, so that they are told and
 * not refused. What is as by default is none of them: a spec that is written out has it all.
 */
export function idleSettings({
  dataset,
  decision,
  output,
}: Pick<JobSpec, 'dataset' | 'decision' | 'output'>): readonly string[] {
  const { kind } = decision
  const usual = decisionSchema.parse({})
  const { names: usualNames } = outputSchema.parse({ uri: 's3://bucket/any.csv' })
  const { names } = output
  const [isBinary, isMulticlass] = [kind === 'binary', kind === 'multiclass']
  const ofDecision = `the decision is ${kind}`
  const ofRows = 'the dataset is JSON lines'
  const isJson = dataset.format === 'jsonl'
  const { header, delimiter, quote } = dataset.csv
  const settings: readonly (readonly [
    path: string,
    isIdle: boolean,
    isSaid: boolean,
    why: string,
  ])[] = [
    ['dataset.csv.header', isJson, header !== 'auto', ofRows],
    ['dataset.csv.delimiter', isJson, delimiter !== ',', ofRows],
    ['dataset.csv.quote', isJson, quote !== '"', ofRows],
    ['decision.threshold', !isBinary, decision.threshold !== usual.threshold, ofDecision],
    ['decision.labels', kind === 'none', decision.labels !== undefined, ofDecision],
    [
      'decision.probabilities',
      !isMulticlass,
      decision.probabilities !== usual.probabilities,
      ofDecision,
    ],
    [
      'output.header',
      output.format !== 'csv',
      output.header !== 'auto',
      `the result is ${output.format}`,
    ],
    [
      'output.names.prediction',
      isMulticlass,
      names.prediction !== usualNames.prediction,
      ofDecision,
    ],
    [
      'output.names.probability',
      !isMulticlass,
      names.probability !== usualNames.probability,
      ofDecision,
    ],
    [
      'output.names.classification',
      kind === 'none',
      names.classification !== undefined,
      ofDecision,
    ],
  ]
  return settings
    .filter(([, isIdle, isSaid]) => isIdle && isSaid)
    .map(([path, , , why]) => `${path} (${why})`)
}
