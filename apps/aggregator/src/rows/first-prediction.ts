import type { PredictionLines } from '@millrace/predictions'
import { textsOf } from './result-format.ts'

/**
 * The text of a job's first prediction, in row order; empty when every row has failed. Reads as few
 * parts as it can.
 */
export async function firstPrediction(
  parts: AsyncIterable<readonly { readonly lines: Pick<PredictionLines, 'text'> }[]>,
): Promise<string> {
  for await (const run of parts) {
    for (const { lines } of run) {
      const line = textsOf(lines).find((text) => text !== '')
      if (line !== undefined) return line
    }
  }
  return ''
}
