import { type JobSpec, jobSpecSchema } from './job-spec.ts'

/** A setting of a spec that has no effect beside its other ones. */
export interface IdleSetting {
  /** Such as `decision.threshold`. */
  readonly path: string
  /** Such as `the decision is none`. */
  readonly why: string
  /** The setting that decides it, and with which of its values this one has an effect. */
  readonly needs: Need
}

interface Need {
  /** What it is a property of, in words. */
  readonly of: string
  readonly path: string
  readonly values: readonly string[]
}

type Spec = Pick<JobSpec, 'dataset' | 'decision' | 'output'>

const csvDataset: Need = { of: 'dataset', path: 'dataset.format', values: ['csv'] }
const csvResult: Need = { of: 'result', path: 'output.format', values: ['csv'] }
const kinds = (...values: JobSpec['decision']['kind'][]): Need => ({
  ...{ of: 'decision', path: 'decision.kind', values },
})

/** The settings that have an effect beside some values of another one only. */
const NEEDS: readonly (readonly [path: string, needs: Need])[] = [
  ['dataset.csv.header', csvDataset],
  ['dataset.csv.delimiter', csvDataset],
  ['dataset.csv.quote', csvDataset],
  ['decision.threshold', kinds('binary')],
  ['decision.labels', kinds('binary', 'multiclass')],
  ['decision.probabilities', kinds('multiclass')],
  ['output.header', csvResult],
  ['output.names.prediction', kinds('binary', 'none')],
  ['output.names.probability', kinds('multiclass')],
  ['output.names.classification', kinds('binary', 'multiclass')],
]

/**
 * Settings of a spec that have no effect beside its other ones, each with why: `decision.threshold (the decision is
 * none)`. Who sends them has meant something else, perhaps; they may also be kept for later, so that they are told and
 * not refused. What is as by default is none of them: a spec that is written out has it all.
 */
export function idleSettings(spec: Spec): readonly string[] {
  const { dataset, output } = spec
  const usual = jobSpecSchema.parse({
    ...{ version: 1, endpoint: { name: 'any' } },
    dataset: { uri: dataset.uri },
    output: { uri: output.uri },
  })
  return withoutEffect(spec, (path) => valueAt(spec, path) !== valueAt(usual, path)) //
    .map(({ path, why }) => `${path} (${why})`)
}

/**
 * Those of some settings that have no effect.
 *
 * @param said what somebody has chosen, be it as by default: a part of the spec.
 * @param spec the whole of it.
 */
export function idleAmong(said: object, spec: Spec): readonly IdleSetting[] {
  return withoutEffect(spec, (path) => valueAt(said, path) !== undefined)
}

function withoutEffect(spec: Spec, isSaid: (path: string) => boolean): readonly IdleSetting[] {
  return NEEDS.flatMap(([path, needs]) => {
    const value = String(valueAt(spec, needs.path))
    if (needs.values.includes(value) || !isSaid(path)) return []
    return { path, why: `the ${needs.of} is ${value === 'jsonl' ? 'JSON lines' : value}`, needs }
  })
}

function valueAt(spec: object, path: string): unknown {
  return path.split('.').reduce<unknown>((part, key) => Object(part)[key], spec)
}
