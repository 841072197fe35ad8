import { type JobSpec, limits } from '@millrace/job'

/**
 * Looks whether a consumer has room for the predictions of a whole batch, which it gathers before it
 * records them.
 *
 * @param answered predictions of the first rows, one line each, and what each row sent.
 * @returns a sentence on what is too much, with what to set.
 */
export function unfitBatching(
  { batching, endpoint }: Pick<JobSpec, 'batching' | 'endpoint'>,
  answered: {
    readonly predictions: Buffer
    readonly rowsAnswered: number
    readonly bytesPerRow: number
  },
): string | undefined {
  const rowBytes = (answered.predictions.length + 1) / answered.rowsAnswered
  const rows = Math.min(batching.rows, Math.floor(batching.payloadBytesMax / answered.bytesPerRow))
  const bytes = rows * rowBytes
  if (rows <= 1 || bytes <= limits.predictionBytesPlanned) return undefined
  const fitting = Math.max(1, Math.floor(limits.predictionBytesPlanned / rowBytes))
  return `${endpoint.name} answers ${Math.round(rowBytes)} bytes to a row, ${mib(bytes)} MiB to a batch of ${rows} rows, where at most ${mib(limits.predictionBytesPlanned)} MiB are wanted: set batching.rows to ${fitting}.`
}

const mib = (bytes: number): number => Math.ceil(bytes / 1024 ** 2)
