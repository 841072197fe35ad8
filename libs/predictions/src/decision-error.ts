import type { Decision } from '@millrace/job'

/** The endpoint's predictions are not of the kind that the job decides on. */
export class DecisionError extends Error {
  override readonly name = 'DecisionError'
  readonly code = 'prediction_unfit'
  readonly retryable = false
  readonly hint =
    'export the job again with the decision.kind that the model answers: binary, multiclass or none'

  /** In few words. */
  readonly wanted: string
  /** The prediction's text, quoted and cut. */
  readonly sent: string

  constructor(prediction: string, wanted: string, kind: Decision['kind']) {
    const sent = JSON.stringify(prediction.slice(0, 80))
    super(`decide: wanted ${wanted} (decision.kind: ${kind}), the endpoint sent ${sent}`)
    this.wanted = wanted
    this.sent = sent
  }
}
