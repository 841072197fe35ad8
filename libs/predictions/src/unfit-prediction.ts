import type { JobSpec } from '@millrace/job'
import { decideBy, valuesOf } from './decide.ts'
import { DecisionError } from './decision-error.ts'
import { numberOf } from './number-of.ts'

/**
 * Looks whether a job can decide on predictions like those of its first rows.
 *
 * @param predictions one line each; an empty one is of a row that has none.
 * @returns a sentence on the first that it cannot decide on, with what to set instead.
 */
export function unfitPrediction(
  { decision, output, endpoint }: Pick<JobSpec, 'decision' | 'output' | 'endpoint'>,
  predictions: Buffer,
): string | undefined {
  const texts = predictions
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
  const deciding = decideBy(decision, output.names, texts[0] ?? '')
  for (const text of texts) {
    try {
      deciding.fields(text)
    } catch (error) {
      if (!(error instanceof DecisionError)) throw error
      const { sent, wanted } = error
      return `${endpoint.name} answers ${sent} to a row, where decision.kind ${decision.kind} wants ${wanted}: ${remedyFor(text, decision.kind)}.`
    }
  }
  return undefined
}

function remedyFor(prediction: string, kind: JobSpec['decision']['kind']): string {
  if (numberOf(prediction) !== undefined) {
    return 'set decision.kind to binary, or to none where nothing is to be decided'
  }
  const values = valuesOf(prediction)
  const areSeveral = values.length > 1 && values.every((text) => numberOf(text) !== undefined)
  if (!areSeveral) return 'set decision.kind to none, or endpoint.response to where the number is'
  return kind === 'multiclass'
    ? `give it ${values.length} labels, or none`
    : 'set decision.kind to multiclass'
}
