import type { JobSpec } from '@millrace/job'
import { valuesOf } from './decide.ts'
import { numberOf } from './number-of.ts'
import { classesIn } from './classes-in.ts'
import { whyUndecided } from './undecided-lines.ts'

/**
 * Looks whether a job can decide on predictions like those of its first rows. Where it can on some of them the
 * others are rows that fail, as they do later.
 *
 * @param predictions one line each; an empty one is of a row that has none.
 * @returns a sentence on the first, when it can decide on none of them, with what to set instead.
 */
export function unfitPrediction(
  spec: Pick<JobSpec, 'decision' | 'output' | 'endpoint'>,
  predictions: Buffer,
): string | undefined {
  const { decision, endpoint } = spec
  const texts = predictions
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
  const classes = classesIn(decision, predictions)
  const errors = texts.map((text) => whyUndecided(spec, text, classes))
  const [first] = errors
  if (first === undefined || errors.includes(undefined)) return undefined
  const { sent, wanted } = first
  const remedy = remedyFor(texts[0] ?? '', decision.kind)
  return `${endpoint.name} answers ${sent} to a row, where decision.kind ${decision.kind} wants ${wanted}: ${remedy}.`
}

function remedyFor(prediction: string, kind: JobSpec['decision']['kind']): string {
  if (numberOf(prediction) !== undefined) {
    return 'set decision.kind to binary, or to none where nothing is to be decided'
  }
  if (kind === 'none' || prediction === 'null')
    return 'set endpoint.response to where the prediction is'
  const values = valuesOf(prediction)
  const areSeveral = values.length > 1 && values.every((text) => numberOf(text) !== undefined)
  if (!areSeveral) return 'set decision.kind to none, or endpoint.response to where the number is'
  return kind === 'multiclass'
    ? `give it ${values.length} labels, or none`
    : 'set decision.kind to multiclass'
}
