import type { JobSpec, PinnedDataset } from '@millrace/job'
import type { ModelRows } from './model-rows.ts'
import { unfitBatching } from './unfit-batching.ts'
import { type FoundChoice, unfitChoice } from './unfit-choice.ts'
import { unfitColumns } from './unfit-columns.ts'
import { unfitDelimiter } from './unfit-delimiter.ts'
import { unfitPrediction } from './unfit-prediction.ts'
import { unfitResult } from './unfit-result.ts'

/** What an endpoint has answered to the first rows of a job. */
interface FirstAnswer {
  /** One line for each row that was answered. */
  readonly predictions: Buffer
  readonly rowsAnswered: number
  readonly choice?: FoundChoice
  /** What each row sent. */
  readonly bytesPerRow: number
}

/**
 * Looks whether a result can be made of the first rows and of what the endpoint has answered: else it fails
 * after the last row.
 *
 * @param objectBytesMax of one object that is written.
 * @returns a sentence on the first thing that is in the way, with what to set.
 */
export function unfitFirstRows(
  spec: JobSpec,
  dataset: Pick<PinnedDataset, 'columns' | 'width'> & {
    readonly objects: readonly { readonly bytes: number }[]
  },
  sent: Pick<ModelRows, 'body' | 'inputRowBytes' | 'joinedRowBytes'>,
  answer: FirstAnswer,
  objectBytesMax: number,
): string | undefined {
  const { predictions, rowsAnswered } = answer
  const predictionBytes = (predictions.length + 1) / rowsAnswered
  return (
    unfitDelimiter(spec.dataset, dataset, sent.body) ??
    unfitChoice(spec, answer.choice) ??
    unfitPrediction(spec, predictions) ??
    unfitColumns(spec, dataset, { rows: sent.body, predictions }) ??
    unfitBatching(spec, answer) ??
    unfitResult(spec.output, dataset, { ...sent, predictionBytes }, objectBytesMax)
  )
}
