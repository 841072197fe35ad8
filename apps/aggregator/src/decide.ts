import type { JobSpec } from '@millrace/job'

type Decision = JobSpec['decision']

/** The class of one prediction's text, as it stands in the result; empty for one that is not a number (`nan`). */
export type Decide = (prediction: string) => string

/**
 * How a job turns predictions into classes.
 *
 * Binary: above the threshold is the second label; exactly the threshold is the first, as in the loop
 * that users come from (`p > 0.5`). Multi-class: the label of the greatest of the comma-separated
 * probabilities, the first of them when two are equal. None: no class.
 *
 * @throws {DecisionError} for a prediction that is not of the kind that was asked for.
 */
export function decideBy(decision: Decision): Decide | undefined {
  switch (decision.kind) {
    case 'binary':
      return binary(decision)
    case 'multiclass':
      return multiclass(decision)
    case 'none':
      return undefined
    default:
      return decision.kind satisfies never
  }
}

/** The names of the columns that a job adds to each row. */
export function addedColumns(decision: Decision): readonly string[] {
  switch (decision.kind) {
    case 'binary':
      return ['Prediction', 'Binary Classification']
    case 'multiclass':
      return ['Prediction', 'Classification']
    case 'none':
      return ['Prediction']
    default:
      return decision.kind satisfies never
  }
}

function binary({ threshold, labels }: Decision): Decide {
  const [below = '0', above = '1'] = labels
  return (prediction) => {
    const value = numberOf(prediction)
    if (value === undefined) {
      throw new DecisionError(prediction, 'one number (decision.kind: binary)')
    }
    if (Number.isNaN(value)) return ''
    return value > threshold ? above : below
  }
}

function multiclass({ labels }: Decision): Decide {
  return (prediction) => {
    const values = prediction
      .replace(/^"?\[|\]"?$/g, '')
      .split(',')
      .map(numberOf)
    if (values.length < 2 || !values.every((value) => value !== undefined)) {
      throw new DecisionError(prediction, 'several numbers (decision.kind: multiclass)')
    }
    if (values.some(Number.isNaN)) return ''
    const winner = values.indexOf(Math.max(...values))
    return labels[winner] ?? String(winner)
  }
}

/** A number as Python, Java or JavaScript write it, `nan` and `inf` among them; undefined for another text. */
function numberOf(text: string): number | undefined {
  const word = WORD.exec(text.trim())
  if (word !== null) return word[2] === undefined ? Number.NaN : Number(`${word[1]}Infinity`)
  const value = Number(text)
  return text.trim() === '' || Number.isNaN(value) ? undefined : value
}

const WORD = /^([-+]?)(?:nan|(inf(?:inity)?))$/i

/** The endpoint's predictions are not of the kind that the job decides on. */
export class DecisionError extends Error {
  override readonly name = 'DecisionError'
  readonly code = 'prediction_unfit'
  readonly retryable = false
  readonly hint = 'set decision.kind to what the model answers: binary, multiclass or none'

  constructor(prediction: string, wanted: string) {
    super(`decide: wanted ${wanted}, the endpoint sent ${JSON.stringify(prediction.slice(0, 80))}`)
  }
}
