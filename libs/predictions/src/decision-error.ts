import type { Decision } from '@millrace/job'

/** Classes may well be what the model answers: then it is their number that is another. */
const REMEDIES: Readonly<Record<Decision['kind'], string>> = {
  binary: 'the decision.kind (--decision) that the model answers: multiclass or none',
  multiclass:
    'a name in decision.labels (--label) for each class that the model has, or with decision.kind none (--decision), which takes each row as it was answered',
  none: 'another decision.kind',
}

/** The endpoint's predictions are not of the kind that the job decides on. */
export class DecisionError extends Error {
  override readonly name = 'DecisionError'
  readonly code = 'prediction_unfit'
  readonly retryable = false
  readonly hint: string

  /** In few words. */
  readonly wanted: string
  /** The prediction's text, quoted and cut. */
  readonly sent: string

  constructor(prediction: string, wanted: string, kind: Decision['kind']) {
    const sent = JSON.stringify(prediction.slice(0, 80))
    super(`decide: wanted ${wanted} (decision.kind: ${kind}), the endpoint sent ${sent}`)
    this.wanted = wanted
    this.sent = sent
    this.hint = `export the job again with ${REMEDIES[kind]}`
  }
}
