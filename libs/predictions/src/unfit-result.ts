import type { JobSpec } from '@millrace/job'

/** Of a row, on average. */
export interface RowBytes {
  /** As it lies in the dataset. */
  readonly inputRowBytes: number
  /** What of it stands in the result. */
  readonly joinedRowBytes: number
  /** The prediction with its line end. */
  readonly predictionBytes: number
}

/**
 * Looks whether a result can be written as one object of S3, by the least that its rows come to: else that
 * is found out after the last row. What is compressed is not foreseen.
 *
 * @param objectBytesMax of one object that is written.
 * @returns a sentence on what is too much, with what to set.
 */
export function unfitResult(
  output: JobSpec['output'],
  { objects }: { readonly objects: readonly { readonly bytes: number }[] },
  { inputRowBytes, joinedRowBytes, predictionBytes }: RowBytes,
  objectBytesMax: number,
): string | undefined {
  const isPlain = output.compression === 'none' || output.compression === 'auto'
  if (!output.uri.startsWith('s3://') || output.format === 'parquet' || !isPlain) return undefined
  const sizes = objects.map(({ bytes }) => bytes)
  const isEach = output.files === 'per_object'
  const inputBytes = isEach ? Math.max(0, ...sizes) : sizes.reduce((sum, bytes) => sum + bytes, 0)
  const bytes = (inputBytes / inputRowBytes) * (joinedRowBytes + predictionBytes)
  if (bytes <= objectBytesMax) return undefined
  const what = isEach ? 'The result of the largest object' : 'The result'
  const mend = isEach
    ? 'divide that object'
    : 'write one file for each object of the dataset (output.files: per_object)'
  const fewer = output.join === 'none' ? '' : ', join fewer columns'
  return `${what} would have about ${gb(bytes)} GB, where one file of S3 has ${gb(objectBytesMax)} GB at most: ${mend}${fewer}, or compress it (output.compression).`
}

const gb = (bytes: number): number => Math.floor(bytes / 1e9)
